package dev.penstock.plugins.git;

import dev.penstock.plugin.Console;

/** Tells a console how long work goes on: a line every few seconds, so that a job at work does not look idle. */
final class Progress extends Jgit.Quiet {
    private static final long EVERY_NANOS = 5_000_000_000L;

    private final Console console;
    private String title = "";
    private int total;
    private int done;
    private long told = System.nanoTime();

    Progress(Console console) {
        this.console = console;
    }

    @Override
    public void beginTask(String newTitle, int totalWork) {
        title = newTitle;
        total = totalWork;
        done = 0;
    }

    @Override
    public void update(int completed) {
        done += completed;
        if (System.nanoTime() - told >= EVERY_NANOS) {
            told = System.nanoTime();
            console.note(title + ": " + done + (total > 0 ? " of " + total : ""));
        }
    }
}

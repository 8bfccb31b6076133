package dev.penstock.plugins.git;

import java.io.File;
import java.io.IOException;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.lib.Repository;

/**
 * Ends a fetch that was stopped, and one between two folders, of which nobody counts the bytes, when the file that it writes
 * gets too large.
 */
final class Watched implements ProgressMonitor {
    /** Looking at a file's size costs little, but not nothing. */
    private static final int LOOK_EVERY = 256;

    private final File objects;
    private final boolean local;
    private final Traffic traffic;
    private final ProgressMonitor told;
    private int updates;

    Watched(Repository into, boolean local, Traffic traffic, ProgressMonitor told) {
        this.objects = new File(into.getDirectory(), "objects");
        this.local = local;
        this.traffic = traffic;
        this.told = told;
    }

    @Override
    public void start(int totalTasks) {
        told.start(totalTasks);
    }

    @Override
    public void beginTask(String title, int totalWork) {
        told.beginTask(title, totalWork);
    }

    @Override
    public void update(int completed) {
        told.update(completed);
        if (local && ++updates % LOOK_EVERY == 0 && !traffic.tooMuch()) {
            File[] incoming = objects.listFiles((_, name) -> name.startsWith("incoming_"));
            long size = 0;
            for (File file : incoming == null ? new File[0] : incoming) {
                size += file.length();
            }
            if (size > traffic.limitBytes()) {
                try {
                    traffic.add(size);
                } catch (IOException _) {
                    // The traffic now says so; the work ends through isCancelled.
                }
            }
        }
    }

    @Override
    public void endTask() {
        told.endTask();
    }

    @Override
    public boolean isCancelled() {
        return traffic.stopped() || traffic.tooMuch();
    }

    @Override
    public void showDuration(boolean enabled) {
        told.showDuration(enabled);
    }
}

package dev.penstock.testkit;

import dev.penstock.plugin.Console;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A console that keeps what was written to it. Thread-safe. */
public final class RecordingConsole implements Console {
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    /** How a line was written. */
    public enum Kind {
        OUT,
        ERR,
        NOTE
    }

    /** A line and how it was written. */
    public record Line(Kind kind, String text) {}

    @Override
    public void out(String line) {
        lines.add(new Line(Kind.OUT, line));
    }

    @Override
    public void err(String line) {
        lines.add(new Line(Kind.ERR, line));
    }

    @Override
    public void note(String line) {
        lines.add(new Line(Kind.NOTE, line));
    }

    /** All lines in the order in which they were written. */
    public List<Line> lines() {
        return List.copyOf(lines);
    }

    /** The lines of one kind. */
    public List<String> lines(Kind kind) {
        return lines.stream()
                .filter(line -> line.kind() == kind)
                .map(Line::text)
                .toList();
    }

    /** All lines of all kinds, with line breaks. */
    public String text() {
        return lines.stream().map(Line::text).collect(Collectors.joining("\n"));
    }
}

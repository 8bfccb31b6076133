package dev.penstock.agent.server;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/** Gives out connections to the one server, keeps unused ones for the next job, and breaks off those that hang. Thread-safe. */
public final class Connections {
    /** A server that takes nothing for so long is away, whatever the network says; a fresh connection may reach it. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    /** A job uses at most two at a time. */
    private static final int MOST_UNUSED = 2;

    private final ServerAddress server;
    private final Trust trust;
    private final List<WeakReference<Line>> lines = new CopyOnWriteArrayList<>();
    private final Deque<Line> unused = new ConcurrentLinkedDeque<>();

    public Connections(ServerAddress server, Trust trust) {
        this.server = server;
        this.trust = trust;
    }

    public ServerAddress server() {
        return server;
    }

    Line open() {
        Line kept = unused.pollFirst();
        if (kept != null) {
            return kept;
        }
        lines.removeIf(line -> line.get() == null);
        var line = new Line(server, trust);
        lines.add(new WeakReference<>(line));
        return line;
    }

    /** Takes a connection back; no request is under way on it, and nobody uses it any more. */
    void release(Line line) {
        if (unused.size() < MOST_UNUSED) {
            unused.addFirst(line);
        } else {
            line.close();
        }
    }

    /** Call every few seconds. */
    public void keepHouse() {
        Line oldest = unused.pollLast();
        while (oldest != null && oldest.isForgotten()) {
            oldest.close();
            oldest = unused.pollLast();
        }
        if (oldest != null) {
            unused.addLast(oldest);
        }
        for (WeakReference<Line> each : lines) {
            Line line = each.get();
            if (line != null) {
                line.abortIfStuck(STUCK);
            }
        }
    }
}

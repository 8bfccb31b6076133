package dev.penstock.agent.server;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Opens connections to the one server, and breaks off those that hang. Thread-safe. */
public final class Connections {
    /** A server that takes nothing for so long is away, whatever the network says; a fresh connection may reach it. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final ServerAddress server;
    private final Trust trust;
    private final List<WeakReference<Line>> lines = new CopyOnWriteArrayList<>();

    public Connections(ServerAddress server, Trust trust) {
        this.server = server;
        this.trust = trust;
    }

    public ServerAddress server() {
        return server;
    }

    Line open() {
        lines.removeIf(line -> line.get() == null);
        var line = new Line(server, trust);
        lines.add(new WeakReference<>(line));
        return line;
    }

    /** Call about once a second. */
    public void breakOffStuck() {
        for (WeakReference<Line> each : lines) {
            Line line = each.get();
            if (line != null) {
                line.abortIfStuck(STUCK);
            }
        }
    }
}

package dev.penstock.core.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been started, stopped in reverse, once. Thread-safe: whoever comes second waits for the first. */
final class Closing implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Closing.class);

    private record Part(String name, AutoCloseable closeable) {}

    private final Deque<Part> parts = new ArrayDeque<>();
    private boolean closed;

    /** Takes over what has been started; what comes after the end is stopped at once. */
    synchronized <T extends AutoCloseable> T add(String name, T closeable) {
        if (closed) {
            close(new Part(name, closeable));
            throw new IllegalStateException("The server is stopping");
        }
        parts.push(new Part(name, closeable));
        return closeable;
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!parts.isEmpty()) {
            close(parts.pop());
        }
    }

    private static void close(Part part) {
        long begin = System.nanoTime();
        try {
            part.closeable().close();
        } catch (Exception e) {
            log.atWarn().setCause(e).addKeyValue("part", part.name()).log("Not stopped in order");
        }
        log.atInfo()
                .addKeyValue("part", part.name())
                .addKeyValue("millis", (System.nanoTime() - begin) / 1_000_000)
                .log("Stopped");
    }
}

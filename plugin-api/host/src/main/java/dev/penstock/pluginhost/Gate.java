package dev.penstock.pluginhost;

import java.time.Duration;

/** Counts who is inside, and lets no one in once it is closed. Thread-safe by its monitor. */
final class Gate {
    private int inside;
    private boolean closed;

    /** Whether the caller is in; who is must {@link #leave}. */
    synchronized boolean enter() {
        if (closed) {
            return false;
        }
        inside++;
        return true;
    }

    synchronized void leave() {
        inside--;
        notifyAll();
    }

    synchronized void close() {
        closed = true;
    }

    synchronized boolean awaitIdle(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (inside > 0) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }
}

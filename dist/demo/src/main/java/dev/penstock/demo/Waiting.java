package dev.penstock.demo;

import java.io.IOException;
import java.time.Duration;

/** Waits for conditions that other processes make true. */
public final class Waiting {
    private static final Duration LOOK = Duration.ofMillis(100);

    private Waiting() {}

    /** Something that becomes true, or says by an exception that it never will. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** Returns when the condition holds; after {@code deadline} it is an {@link IllegalStateException}. */
    public static void until(String what, Duration deadline, Condition condition)
            throws IOException, InterruptedException {
        if (!within(deadline, condition)) {
            throw new IllegalStateException("Waited " + deadline.toSeconds() + " s, and it is not so: " + what);
        }
    }

    /** Waits until the condition holds, but no longer than that; whether it does. */
    public static boolean within(Duration deadline, Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(LOOK);
        }
        return true;
    }
}

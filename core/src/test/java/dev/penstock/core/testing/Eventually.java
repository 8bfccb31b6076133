package dev.penstock.core.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.function.ThrowingSupplier;
import org.opentest4j.AssertionFailedError;

/** Waits until something is true that becomes true by itself. */
public final class Eventually {
    private static final Duration DEADLINE = Duration.ofSeconds(15);
    private static final long PAUSE_NANOS = 5_000_000;

    private Eventually() {}

    /** Repeats the assertion until it holds; fails with its last failure after 15 s. */
    public static void eventually(Executable assertion) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            try {
                assertion.execute();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            } catch (RuntimeException e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionFailedError("The assertion could not be made", e);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** As {@link #eventually(Executable)}, for a question that is to be answered with yes. */
    public static void until(ThrowingSupplier<Boolean> question) {
        eventually(() -> {
            if (!question.get()) {
                throw new AssertionFailedError("Still not so");
            }
        });
    }
}

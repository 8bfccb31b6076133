package dev.penstock.core.platform.pattern;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Compiles patterns of people with a deadline (C-23): what a pattern costs was measured, and RE2/J has surprised before.
 * A thread that does not end cannot be ended either, so only so many can be lost. Thread-safe.
 */
final class Compiling {
    static final Compiling STANDARD = new Compiling(2, Duration.ofSeconds(2));

    private final Semaphore places;
    private final Duration deadline;

    /** @param deadline hundred times what the largest pattern takes, as a busy machine is no reason to refuse one */
    Compiling(int places, Duration deadline) {
        this.places = new Semaphore(places, true);
        this.deadline = deadline;
    }

    /**
     * Waits for the answer.
     *
     * @throws IllegalArgumentException if it does not come in time; the message continues one that names the pattern
     * @throws ExecutionException if there is none
     */
    <T> T within(Callable<T> compile) throws ExecutionException {
        try {
            if (!places.tryAcquire(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalArgumentException("cannot be read now: others take too long");
            }
            var task = new FutureTask<>(compile);
            Thread.ofPlatform().daemon().name("pattern").start(() -> {
                try {
                    task.run();
                } finally {
                    places.release();
                }
            });
            return task.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IllegalArgumentException("takes too long to be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalArgumentException("was not read: the server is stopping", e);
        }
    }
}

package dev.penstock.pluginhost;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A piece of a plugin's work on a thread of its own, for which nobody waits longer than a deadline. */
final class Watchdog<T> {
    private final FutureTask<T> task;
    private final Thread thread;
    private final long startedAt = System.nanoTime();

    /** How the work ended, if it did. */
    sealed interface End<T> permits Done, Threw, Hung {}

    /** With a result. */
    record Done<T>(T result) implements End<T> {}

    /** With an exception or an error. */
    record Threw<T>(Throwable thrown) implements End<T> {}

    /** Not in time; the thread was interrupted. {@code where} is the code in which it was seen last. */
    record Hung<T>(String where) implements End<T> {}

    private Watchdog(String name, Callable<T> work) {
        task = new FutureTask<>(work);
        // A platform thread: a plugin that spins would take a carrier of virtual threads from everybody.
        thread = Thread.ofPlatform().daemon().name("plugin-" + name).start(task);
    }

    static <T> Watchdog<T> start(String name, Callable<T> work) {
        return new Watchdog<>(name, work);
    }

    /** Waits for the end, until {@code deadline} has passed since the start. */
    End<T> await(Duration deadline) {
        try {
            return new Done<>(task.get(deadline.toNanos() - (System.nanoTime() - startedAt), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            return new Threw<>(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException _) {
            return hung();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return hung();
        }
    }

    private End<T> hung() {
        StackTraceElement[] stack = thread.getStackTrace();
        task.cancel(true);
        for (StackTraceElement element : stack) {
            // The first frame that is the plugin's tells more than the JDK's method in which it waits.
            if (!element.getClassName().startsWith("java.")
                    && !element.getClassName().startsWith("jdk.")) {
                return new Hung<>(element.toString());
            }
        }
        return new Hung<>(stack.length == 0 ? "an unknown place" : stack[0].toString());
    }
}

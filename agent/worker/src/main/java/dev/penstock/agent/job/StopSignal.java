package dev.penstock.agent.job;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stops the thread of a job by interrupting it, and remembers why. Thread-safe by its monitor. */
public final class StopSignal {
    private @Nullable Thread thread;
    private @Nullable Stop why;

    /** The present thread is the one to stop. */
    synchronized void watch() {
        thread = Thread.currentThread();
        if (why != null) {
            thread.interrupt();
        }
    }

    /** The thread cannot be stopped any more; forgets an interrupt that came too late. */
    synchronized void ignore() {
        thread = null;
        Thread.interrupted();
    }

    /** Asks the job to stop; false when it is being stopped already, for a reason that is as strong. */
    public synchronized boolean request(Stop reason) {
        boolean stronger = why == null || (!reason.allowsCleanUp() && reason.compareTo(why) > 0);
        if (stronger) {
            why = reason;
            if (thread != null) {
                thread.interrupt();
            }
        }
        return stronger;
    }

    /** Why the job is to be stopped; empty while it is not. */
    public synchronized Optional<Stop> reason() {
        return Optional.ofNullable(why);
    }
}

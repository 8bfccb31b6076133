package dev.penstock.agent.job;

import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task on a virtual thread of its own, so that one which does not heed its interrupt cannot keep its job: its
 * programs are ended, and then it is left alone.
 */
final class TaskThread {
    /** After its programs are gone, a task has so long to notice. */
    private static final Duration AFTER_PROGRAMS = Duration.ofSeconds(2);

    private final TaskWork work;
    private final AgentTaskContext context;
    private final AtomicReference<@Nullable Object> outcome = new AtomicReference<>();

    /** How a task came out. */
    sealed interface Outcome {
        record Ended(TaskResult result) implements Outcome {}

        /** It could not be done, or nobody knows how it ended. */
        record Broke(Throwable why) implements Outcome {}

        /** It was stopped, because its time was up. */
        record TimedOut() implements Outcome {}
    }

    TaskThread(TaskWork work, AgentTaskContext context) {
        this.work = work;
        this.context = context;
    }

    /**
     * Runs the task to its end.
     *
     * @param limit how long it may take; zero means for ever
     * @throws InterruptedException if the job is stopped; the task has been, too
     */
    Outcome run(Duration limit) throws InterruptedException {
        Thread thread = Thread.ofVirtual().name("task").start(this::work);
        try {
            if (limit.isZero()) {
                thread.join();
            } else if (!thread.join(limit)) {
                stop(thread);
                return new Outcome.TimedOut();
            }
        } catch (InterruptedException e) {
            stop(thread);
            throw e;
        }
        return switch (outcome.get()) {
            case TaskResult result -> new Outcome.Ended(result);
            case Throwable why -> new Outcome.Broke(why);
            case null, default -> new Outcome.Broke(new IllegalStateException("The task ended without a result"));
        };
    }

    /**
     * Runs a task of the agent's own, which heeds its interrupt and ends its programs then, on the caller's thread.
     *
     * @throws InterruptedException if the job is stopped; the task has been, too
     */
    Outcome runHere() throws InterruptedException {
        try {
            return new Outcome.Ended(work.run(context));
        } catch (TaskException | RuntimeException e) {
            return new Outcome.Broke(e);
        }
    }

    private void work() {
        try {
            outcome.set(work.run(context));
        } catch (TaskException | RuntimeException | InterruptedException | Error e) {
            // Whatever a plugin throws ends its task, not the agent.
            outcome.set(e);
        }
    }

    private void stop(Thread thread) {
        thread.interrupt();
        // Programs get the grace period from their own end; a plugin's code gets it here.
        if (!join(thread, context.gracePeriod())) {
            context.endPrograms();
            join(thread, AFTER_PROGRAMS);
        }
    }

    private static boolean join(Thread thread, Duration atMost) {
        boolean interrupted = Thread.interrupted();
        long end = System.nanoTime() + atMost.toNanos();
        try {
            while (true) {
                try {
                    return thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

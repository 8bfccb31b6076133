package dev.penstock.agent.job;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what an agent does for its jobs at a time: the job itself, its reports, the outputs of its programs. Platform
 * threads, because a virtual one that waits in a pipe's read keeps its carrier anyway; used again, because to start one costs
 * as much as most of what they do.
 */
public final class JobThreads {
    /** Until the next job comes; an idle agent keeps no stacks. */
    private static final int IDLE_SECONDS = 5;

    /** Room for a plugin's recursions; what is not used takes no memory. */
    private static final long STACK_BYTES = 1 << 20;

    private JobThreads() {}

    /** An executor without a queue or a limit of its own: a job has its own few, and an agent one job at a time. */
    public static Executor open() {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform()
                        .daemon()
                        .name("job-", 1)
                        .stackSize(STACK_BYTES)
                        .factory());
    }
}

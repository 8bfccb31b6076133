package dev.penstock.agent.process;

import dev.penstock.agent.process.JobProcesses.Remains;
import dev.penstock.agent.process.JobProcesses.Root;
import java.io.InputStream;
import java.time.Duration;

/** A program of a job that was started. */
public final class Program {
    private final Process process;
    private final Root root;
    private final JobProcesses processes;

    Program(Process process, Root root, JobProcesses processes) {
        this.process = process;
        this.root = root;
        this.processes = processes;
    }

    public Root root() {
        return root;
    }

    public InputStream out() {
        return process.getInputStream();
    }

    public InputStream err() {
        return process.getErrorStream();
    }

    /**
     * Waits for the program itself, not for what it left behind.
     *
     * @return its exit code; 128 + N when signal N ended it
     */
    public int await() throws InterruptedException {
        int code = process.waitFor();
        processes.noticeEnd(root);
        return code;
    }

    /** Ends it and everything that it started. */
    public Remains end(Duration grace) {
        return processes.end(root, grace);
    }
}

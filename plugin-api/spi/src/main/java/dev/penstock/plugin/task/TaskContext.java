package dev.penstock.plugin.task;

import dev.penstock.plugin.Console;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What a task has of the agent while it runs; valid until {@link TaskType#run} returns. Thread-safe. */
public interface TaskContext {

    /** The directory in which the task works: absolute, existing, inside the pipeline's working directory. */
    Path workingDirectory();

    /** A directory outside the workspace, private to this task, deleted when the task ends. */
    Path temporaryDirectory();

    /** The environment of the job: the agent's own, the GO_* variables and the user's. Unmodifiable. */
    Map<String, String> environment();

    /** Where output goes. */
    Console console();

    /** The agent's host name, for messages. */
    String agentName();

    /** How long a task may take to stop after its thread was interrupted. */
    Duration gracePeriod();

    /**
     * Starts a program, sends its output to the console, and waits for its end. Its standard input is closed, it leads
     * a process group of its own, and the whole tree is ended when the job is cancelled. No shell is involved: words
     * are passed as they are.
     *
     * @return the exit code; a program ended by signal N counts as 128 + N
     * @throws TaskException if the program cannot be started; when it is not found, the message names it, the PATH that
     *     was searched and the agent
     * @throws InterruptedException if the job was cancelled; the tree is gone when this is thrown
     */
    int execute(CommandLine command) throws TaskException, InterruptedException;

    /** Runs a program as {@link #execute} does and turns its exit code into a result: 0 passes, all else fails. */
    default TaskResult run(CommandLine command) throws TaskException, InterruptedException {
        int exitCode = execute(command);
        return exitCode == 0 ? new TaskResult.Passed() : TaskResult.Failed.exitCode(exitCode);
    }
}

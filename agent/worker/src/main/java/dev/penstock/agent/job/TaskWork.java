package dev.penstock.agent.job;

import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;

/** What a task does, ready to run. */
interface TaskWork {

    /** One line that says what will run; masked by whoever shows it. */
    String summary();

    /** Does it on the calling thread, which is interrupted to stop it. */
    TaskResult run(AgentTaskContext context) throws TaskException, InterruptedException;
}

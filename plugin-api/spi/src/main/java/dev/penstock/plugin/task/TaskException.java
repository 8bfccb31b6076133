package dev.penstock.plugin.task;

/** A task could not be started, or nobody can say how it ended. The job fails; the message is shown in its console. */
public final class TaskException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The message says what is wrong, where, and what to do; it holds no secret. */
    public TaskException(String message) {
        super(message);
    }

    /** The cause goes to the agent's own log only. */
    public TaskException(String message, Throwable cause) {
        super(message, cause);
    }
}

package dev.penstock.core.dispatch;

/** No assignment can be made of a job. The message is for the job's console: it holds no secret. */
final class UnassignableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnassignableException(String message) {
        super(message);
    }
}

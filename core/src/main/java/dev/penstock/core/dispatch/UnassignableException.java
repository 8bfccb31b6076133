package dev.penstock.core.dispatch;

/** No assignment can be made of a job. The message is for the job's console: it holds no secret. */
final class UnassignableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    UnassignableException(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}

package dev.penstock.core.dispatch;

/** No assignment can be made of a job. The message is for the job's console: it holds no secret. */
final class UnassignableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean passing;

    UnassignableException(String reason) {
        this(reason, false);
    }

    private UnassignableException(String reason, boolean passing) {
        super(reason);
        this.reason = reason;
        this.passing = passing;
    }

    /** A plugin does not answer; when it does again an assignment can be made. */
    static UnassignableException untilPluginAnswers(String reason) {
        return new UnassignableException(reason, true);
    }

    boolean isPassing() {
        return passing;
    }

    String reason() {
        return reason;
    }
}

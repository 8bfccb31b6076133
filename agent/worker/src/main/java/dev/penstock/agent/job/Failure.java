package dev.penstock.agent.job;

import dev.penstock.agent.protocol.JobReport.Reason;

/** A job cannot go on; the message is for its console and its result. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    Failure(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    Failure(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}

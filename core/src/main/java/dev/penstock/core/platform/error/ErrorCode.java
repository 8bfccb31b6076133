package dev.penstock.core.platform.error;

/** Why a request could not be done: a stable word for programs, with the HTTP status it is answered with. */
public enum ErrorCode {
    BAD_REQUEST(400),
    UNKNOWN_PARAMETER(400),
    UNAUTHENTICATED(401),
    FORBIDDEN(403),
    NOT_FOUND(404),
    METHOD_NOT_ALLOWED(405),
    NOT_ACCEPTABLE(406),
    CONFLICT(409),
    NAME_TAKEN(409),
    ALREADY_RUNNING(409),
    PAUSED(409),
    LOCKED(409),
    NOT_RUNNABLE(409),
    NO_MATCHING_AGENT(409),
    NOTHING_TO_BUILD(409),
    SUPERSEDED(409),
    IN_USE(409),
    GONE(410),
    STALE(412),
    CONSOLE_INCOMPLETE(412),
    TOO_LARGE(413),
    UNSUPPORTED_MEDIA_TYPE(415),
    RANGE_NOT_SATISFIABLE(416),
    MISDIRECTED(421),
    INVALID(422),
    CONNECTION_FAILED(422),
    UPGRADE_REQUIRED(426),
    PRECONDITION_REQUIRED(428),
    TOO_MANY_REQUESTS(429),
    INTERNAL(500),
    UNAVAILABLE(503),
    DATABASE_UNAVAILABLE(503),
    STORAGE_FULL(507);

    private final int status;

    ErrorCode(int status) {
        this.status = status;
    }

    /** The HTTP status of the answer. */
    public int status() {
        return status;
    }
}

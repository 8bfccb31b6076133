package dev.penstock.core.platform.error;

import java.util.List;

/** A request that cannot be done. Mapped once, in {@code http}, to a problem document; its message is shown to people. */
public final class PenstockException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient List<Violation> violations;

    /** The message says what is wrong, where, and what to do, with the value in quotes. */
    public PenstockException(ErrorCode code, String message) {
        this(code, message, List.of());
    }

    /** A document with mistakes: all of them. */
    public PenstockException(ErrorCode code, String message, List<Violation> violations) {
        super(message);
        this.code = code;
        this.violations = List.copyOf(violations);
    }

    public ErrorCode code() {
        return code;
    }

    public List<Violation> violations() {
        return violations;
    }
}

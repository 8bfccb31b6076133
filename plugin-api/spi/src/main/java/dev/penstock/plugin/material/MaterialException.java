package dev.penstock.plugin.material;

import org.jspecify.annotations.Nullable;

/** A material cannot be read. The message is shown to people as it is, and holds no secret. */
public final class MaterialException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Why, as far as a program needs to know. */
    public enum Kind {
        /** User, password or key were refused. */
        AUTHENTICATION,
        /** There is no such repository. */
        NOT_FOUND,
        /** The repository is there, its branch is not. */
        BRANCH_NOT_FOUND,
        /** The revision is not there (any more). */
        REVISION_NOT_FOUND,
        /** The host cannot be reached or does not answer in time. */
        UNREACHABLE,
        /** The SSH host key or TLS certificate is not the expected one. */
        UNTRUSTED_HOST,
        /** The host or this server's rules forbid it: scheme, folder, redirect, size. */
        REFUSED,
        /** Anything else. */
        OTHER
    }

    public MaterialException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public MaterialException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}

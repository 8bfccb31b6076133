package dev.penstock.agent.server;

import java.io.IOException;

/** The server did not do what it was asked. */
public abstract sealed class ServerException extends IOException {
    private static final long serialVersionUID = 1L;

    private ServerException(String message) {
        super(message);
    }

    /** The attempt is no longer this agent's: end its processes and forget it. */
    public static final class Fenced extends ServerException {
        private static final long serialVersionUID = 1L;

        public Fenced(String message) {
            super(message);
        }
    }

    /** The server lacks bytes of the console: send from {@link #length()} on, then ask again. */
    public static final class ConsoleIncomplete extends ServerException {
        private static final long serialVersionUID = 1L;

        private final long length;

        public ConsoleIncomplete(long length) {
            super("The server has only " + length + " bytes of the console");
            this.length = length;
        }

        public long length() {
            return length;
        }
    }

    /** This request will not be done, however often it is sent. */
    public static final class Refused extends ServerException {
        private static final long serialVersionUID = 1L;

        private final int status;

        public Refused(int status, String message) {
            super(message);
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /** Not now: the server is busy, full or in trouble. */
    public static final class Busy extends ServerException {
        private static final long serialVersionUID = 1L;

        private final int retryAfterSeconds;

        public Busy(String message, int retryAfterSeconds) {
            super(message);
            this.retryAfterSeconds = retryAfterSeconds;
        }

        /** As the server wishes, or 0. */
        public int retryAfterSeconds() {
            return retryAfterSeconds;
        }
    }

    /** The server does not know this agent, or not any more: it has to register. */
    public static final class NotRegistered extends ServerException {
        private static final long serialVersionUID = 1L;

        public NotRegistered(String message) {
            super(message);
        }
    }
}

package dev.penstock.agent.protocol;

/**
 * @param state where the agent stands
 * @param retryAfterSeconds when to ask again while {@link State#PENDING}
 * @param keyFingerprint of the public key, as the server saw it, for comparison on both screens
 */
public record RegistrationReply(State state, int retryAfterSeconds, String keyFingerprint) {
    /** Where a registered agent stands. */
    public enum State {
        /** Known, without any right, until a person enables it. */
        PENDING,
        /** May ask for a token. */
        ENABLED,
        /** May ask for a token; gets no new work. */
        DISABLED
    }
}

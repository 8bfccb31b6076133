package dev.penstock.core.console;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a console.
 *
 * @param agent the name of the agent that writes it
 * @param length in bytes; of an open one, how many there are just now
 * @param truncated whether something beyond the limit was not kept
 * @param sha256 of all its bytes; null until some seconds after its end
 * @param deletedAt when retention deleted its bytes; null when they are there
 */
record ConsoleFacts(
        ConsoleId id,
        String agent,
        State state,
        long length,
        boolean truncated,
        @Nullable String sha256,
        @Nullable Instant closedAt,
        @Nullable Instant deletedAt) {

    /** How a console stands. */
    enum State {
        /** The attempt runs. */
        OPEN,
        /** The attempt is over, and all that it printed is here. */
        COMPLETE,
        /** The attempt was lost before everything had arrived. */
        CUT
    }

    /** What can be said to whoever reads it: of a console whose file was lost less than what is known of it. */
    ConsoleFacts readable(long stored) {
        return sha256 == null || stored >= length
                ? this
                : new ConsoleFacts(id, agent, State.CUT, stored, truncated, null, closedAt, deletedAt);
    }

    ConsoleFacts withLength(long measured) {
        return new ConsoleFacts(id, agent, state, measured, truncated, sha256, closedAt, deletedAt);
    }
}

package dev.penstock.core.agent;

import dev.penstock.core.agent.AgentEvent.Delete;
import dev.penstock.core.agent.AgentEvent.Disable;
import dev.penstock.core.agent.AgentEvent.Enable;
import dev.penstock.core.agent.AgentEvent.Registered;

/** The rules of an agent's life. Pure. */
public final class AgentLife {
    private AgentLife() {}

    /** What an event means for an agent. */
    public sealed interface Step {

        /**
         * It goes to this state, which may be the one it is in.
         *
         * @param revokesTokens whether tokens given before are refused from now on
         */
        record To(AgentState state, boolean revokesTokens) implements Step {}

        /** It cannot be; the message says why, for the one who asked. */
        record Refused(String message) implements Step {}
    }

    public static Step next(AgentState state, AgentEvent event) {
        return switch (event) {
            case Registered(var trusted) -> registered(state, trusted);
            case Enable _ -> enabled(state);
            case Disable _ -> disabled(state);
            case Delete delete -> deleted(state, delete);
        };
    }

    private static Step registered(AgentState state, boolean trusted) {
        return switch (state) {
            case PENDING -> new Step.To(trusted ? AgentState.ENABLED : AgentState.PENDING, false);
            // A key does not undo what a person decided.
            case ENABLED, DISABLED -> new Step.To(state, false);
            case DELETED -> new Step.To(trusted ? AgentState.ENABLED : AgentState.PENDING, true);
        };
    }

    private static Step enabled(AgentState state) {
        return switch (state) {
            case PENDING, ENABLED, DISABLED -> new Step.To(AgentState.ENABLED, false);
            case DELETED -> new Step.Refused("The agent was deleted; it must register again");
        };
    }

    private static Step disabled(AgentState state) {
        return switch (state) {
            case PENDING, ENABLED -> new Step.To(AgentState.DISABLED, true);
            case DISABLED -> new Step.To(AgentState.DISABLED, false);
            case DELETED -> new Step.Refused("The agent was deleted");
        };
    }

    private static Step deleted(AgentState state, Delete delete) {
        return switch (state) {
            case PENDING -> new Step.To(AgentState.DELETED, true);
            case ENABLED -> new Step.Refused("The agent is enabled; disable it first");
            case DISABLED ->
                delete.holdsJob() && !delete.forced()
                        ? new Step.Refused("The agent has a job; wait for its end, or delete with force=true")
                        : new Step.To(AgentState.DELETED, true);
            case DELETED -> new Step.To(AgentState.DELETED, false);
        };
    }
}

package dev.penstock.core.agent;

/** What can happen to an agent. */
public sealed interface AgentEvent {

    /**
     * It asks to be known, with proof of its key.
     *
     * @param trusted whether it showed a valid auto-register key
     */
    record Registered(boolean trusted) implements AgentEvent {}

    /** A person lets it work. */
    record Enable() implements AgentEvent {}

    /** A person wants it to get no new work. */
    record Disable() implements AgentEvent {}

    /**
     * A person removes it.
     *
     * @param holdsJob whether it has a job at this moment
     * @param forced whether it is removed all the same, and loses the job
     */
    record Delete(boolean holdsJob, boolean forced) implements AgentEvent {}
}

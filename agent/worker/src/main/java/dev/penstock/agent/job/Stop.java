package dev.penstock.agent.job;

/** Why a running job is to be stopped; a later one is stronger than an earlier one. */
public enum Stop {
    /** A person cancelled it. */
    CANCELLED,
    /** It printed nothing for too long. */
    IDLE_TIMEOUT,
    /** It ran for too long. */
    TOTAL_TIMEOUT,
    /** The agent's process is ending. */
    SHUTDOWN,
    /** It is no longer this agent's: nothing that it does counts. */
    SUPERSEDED;

    /** Whether the task that was broken off may clean up behind itself. */
    boolean allowsCleanUp() {
        return this != SHUTDOWN && this != SUPERSEDED;
    }
}

package dev.penstock.core.agent;

/** Where an agent stands. */
public enum AgentState {
    /** Known, without any right, until a person or a key enables it. */
    PENDING,
    /** Gets tokens and work. */
    ENABLED,
    /** Gets tokens to end what it runs, and no new work. */
    DISABLED,
    /** Gets nothing. It may ask to be known again, with the same key. */
    DELETED
}

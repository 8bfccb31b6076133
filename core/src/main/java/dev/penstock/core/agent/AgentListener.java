package dev.penstock.core.agent;

import dev.penstock.core.platform.ids.AgentId;
import org.jdbi.v3.core.Handle;

/** Hears what happens to agents; {@code dispatch} implements it. Thread-safe. */
public interface AgentListener {

    /** The agent is being removed, in this transaction: neither what it holds nor what waits for it is its own any more. */
    void deleted(Handle tx, AgentId agent);
}

package dev.penstock.core.http;

import dev.penstock.core.platform.ids.AgentId;
import java.util.Optional;

/** Knows the tokens of agents; {@code agent.AccessTokens} does. Thread-safe. */
@FunctionalInterface
public interface AgentTokens {

    /** The agent to which the token was given, if it is good and the agent may still use it. */
    Optional<AgentId> verify(String token);
}

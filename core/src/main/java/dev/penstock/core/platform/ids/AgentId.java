package dev.penstock.core.platform.ids;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** An agent: the UUID that it made itself, bound to its key at registration. */
public record AgentId(@JsonValue UUID value) {}

package dev.penstock.core.agent;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.AgentId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who was heard of, and with which facts. Written to the rows in one batch every few seconds, never per request: a
 * thousand idle agents cost one commit in this time. Thread-safe.
 */
public final class Presence {
    /** Small beside {@link Agent#LIVE}, so that the delay does not make an agent look lost. */
    public static final Duration FLUSH_INTERVAL = Duration.ofSeconds(3);

    private final Database database;
    private final Map<AgentId, Seen> seen = new ConcurrentHashMap<>();

    public Presence(Database database) {
        this.database = database;
    }

    record Seen(AgentId agent, AgentFacts facts, int protocolVersion) {}

    /** Notes that a verified agent has just asked. */
    public void seen(AgentId agent, AgentFacts facts, int protocolVersion) {
        seen.put(agent, new Seen(agent, facts, protocolVersion));
    }

    /** Writes what came since the last time. */
    public void flush() {
        List<Seen> batch = List.copyOf(seen.values());
        if (batch.isEmpty()) {
            return;
        }
        database.useTransaction(tx -> AgentStore.saveFacts(tx, batch));
        batch.forEach(one -> seen.remove(one.agent(), one));
    }
}

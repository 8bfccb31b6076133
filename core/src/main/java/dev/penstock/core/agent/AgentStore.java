package dev.penstock.core.agent;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.core.agent.AgentLife.Step;
import dev.penstock.core.platform.ids.AgentId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Agents as rows. The only class that writes {@code agent.state}; every method runs in its caller's transaction. */
final class AgentStore {
    private static final String COLUMNS = """
            SELECT a.*,
                   CASE WHEN a.deleted_at IS NULL THEN a.state ELSE 'DELETED' END AS life,
                   greatest(extract(epoch FROM clock_timestamp() - a.last_seen_at), 0) AS silence
              FROM agent a
            """;

    private static final String SELECT_ALL = COLUMNS + """
             WHERE a.deleted_at IS NULL
             ORDER BY a.host_name, a.id
            """;

    private static final String SELECT = COLUMNS + """
             WHERE a.deleted_at IS NULL
               AND a.id = :id
            """;

    private static final String LOCK = COLUMNS + """
             WHERE a.id = :id
               FOR UPDATE
            """;

    private static final String INSERT = """
            INSERT INTO agent (id, public_jwk, key_fingerprint, state, host_name, ip_address, operating_system, os_user,
                               working_directory, free_bytes, agent_version, protocol_version)
            VALUES (:id, :jwk, :fingerprint, 'PENDING', :hostName, :ipAddress, :operatingSystem, :user,
                    :workingDirectory, :freeBytes, :agentVersion, :protocolVersion)
            ON CONFLICT (id) DO NOTHING
            """;

    private static final String SAVE_STATE = """
            UPDATE agent
               SET state = CASE WHEN :state = 'DELETED' THEN 'DISABLED' ELSE :state END,
                   deleted_at = CASE WHEN :state = 'DELETED' THEN coalesce(deleted_at, clock_timestamp()) END,
                   generation = generation + :revoked,
                   enabled_by = CASE WHEN :state = 'ENABLED' THEN coalesce(:by, enabled_by) ELSE enabled_by END
             WHERE id = :id
            """;

    private static final String SAVE_LABELS = """
            UPDATE agent
               SET resources = :resources,
                   environments = :environments
             WHERE id = :id
            """;

    private static final String SAVE_FACTS = """
            UPDATE agent
               SET host_name = :hostName,
                   ip_address = :ipAddress,
                   operating_system = :operatingSystem,
                   os_user = :user,
                   working_directory = :workingDirectory,
                   free_bytes = :freeBytes,
                   agent_version = :agentVersion,
                   protocol_version = :protocolVersion,
                   last_seen_at = clock_timestamp()
             WHERE id = :id
            """;

    private static final String COUNT_PENDING = """
            SELECT count(*)
              FROM agent
             WHERE state = 'PENDING'
               AND deleted_at IS NULL
            """;

    private static final String REMOVE_STALE = """
            DELETE FROM agent
             WHERE state = 'PENDING'
               AND registered_at < now() - interval '24 hours'
            """;

    /** So that two registrations at a time do not both count themselves the last that fits. */
    private static final String LOCK_PENDING = "SELECT pg_advisory_xact_lock(hashtext('penstock.agent.pending'))";

    private AgentStore() {}

    /** All agents that are not deleted. */
    static List<Agent> all(Handle handle) {
        return handle.createQuery(SELECT_ALL).map(new AgentMapper()).list();
    }

    /** The agent, unless it is unknown or deleted. */
    static Optional<Agent> find(Handle handle, AgentId id) {
        return handle.createQuery(SELECT)
                .bind("id", id.value())
                .map(new AgentMapper())
                .findOne();
    }

    /** Locks the row until the transaction ends; finds deleted agents too. */
    static Optional<Agent> lock(Handle tx, AgentId id) {
        return tx.createQuery(LOCK)
                .bind("id", id.value())
                .map(new AgentMapper())
                .findOne();
    }

    /** Asks {@link AgentLife} what the event means for a locked agent, and saves the answer. */
    static Step apply(Handle tx, Agent locked, AgentEvent event, @Nullable String by) {
        Step step = AgentLife.next(locked.state(), event);
        if (step instanceof Step.To(var state, boolean revokes) && (state != locked.state() || revokes)) {
            tx.createUpdate(SAVE_STATE)
                    .bind("id", locked.id().value())
                    .bind("state", state.name())
                    .bind("revoked", revokes ? 1 : 0)
                    .bind("by", by)
                    .execute();
        }
        return step;
    }

    static void insert(Handle tx, AgentId id, String jwk, String fingerprint, AgentFacts facts, int protocolVersion) {
        tx.createUpdate(INSERT)
                .bind("id", id.value())
                .bind("jwk", jwk)
                .bind("fingerprint", fingerprint)
                .bindMethods(facts)
                .bind("protocolVersion", protocolVersion)
                .execute();
    }

    static void saveLabels(Handle tx, AgentId id, Collection<String> resources, Collection<String> environments) {
        tx.createUpdate(SAVE_LABELS)
                .bind("id", id.value())
                .bindArray("resources", String.class, resources)
                .bindArray("environments", String.class, environments)
                .execute();
    }

    static void saveFacts(Handle tx, AgentId id, AgentFacts facts, int protocolVersion) {
        tx.createUpdate(SAVE_FACTS)
                .bind("id", id.value())
                .bindMethods(facts)
                .bind("protocolVersion", protocolVersion)
                .execute();
    }

    /** As {@link #saveFacts} for many agents, in the order of their ids, which is the order of all who lock several. */
    static void saveFacts(Handle tx, Collection<Presence.Seen> all) {
        PreparedBatch batch = tx.prepareBatch(SAVE_FACTS);
        all.stream()
                .sorted((a, b) -> compare(a.agent().value(), b.agent().value()))
                .forEach(seen -> batch.bind("id", seen.agent().value())
                        .bindMethods(seen.facts())
                        .bind("protocolVersion", seen.protocolVersion())
                        .add());
        batch.execute();
    }

    private static int compare(UUID a, UUID b) {
        return a.compareTo(b);
    }

    /** Counts pending agents; nobody else counts until the transaction ends. */
    static int countPending(Handle tx) {
        tx.execute(LOCK_PENDING);
        return tx.createQuery(COUNT_PENDING).mapTo(Integer.class).one();
    }

    /** Removes agents that nobody enabled for a day; one that still wants to be known asks again. */
    static int removeStale(Handle tx) {
        return tx.createUpdate(REMOVE_STALE).execute();
    }
}

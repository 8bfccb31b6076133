package dev.penstock.core.agent;

import dev.penstock.core.platform.ids.AgentId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads agents for people: with the job at hand, and with the jobs of the past. */
final class AgentQuery {
    private static final String PAGE = """
            SELECT a.*,
                   CASE WHEN a.deleted_at IS NULL THEN a.state ELSE 'DELETED' END AS life,
                   greatest(extract(epoch FROM clock_timestamp() - a.last_seen_at), 0) AS silence,
                   j.id AS job_id, j.state AS job_state, j.attempt AS job_attempt, j.assigned_at AS job_assigned_at,
                   p.name || '/' || r.counter || '/' || s.name || '/' || s.counter || '/' || j.name AS job_locator
              FROM agent a
              LEFT JOIN LATERAL (SELECT *
                                   FROM job_run held
                                  WHERE held.agent_id = a.id
                                    AND held.state IN ('ASSIGNED', 'RUNNING', 'CANCELLING')
                                  ORDER BY held.id
                                  LIMIT 1) j ON true
              LEFT JOIN stage_run s ON s.id = j.stage_run_id
              LEFT JOIN pipeline_run r ON r.id = j.pipeline_run_id
              LEFT JOIN pipeline p ON p.id = j.pipeline_id
             WHERE (CAST(:id AS uuid) IS NULL OR a.id = :id)
               AND (CAST(:state AS text) IS NULL AND a.deleted_at IS NULL
                    OR :state = 'DELETED' AND a.deleted_at IS NOT NULL
                    OR a.state = :state AND a.deleted_at IS NULL)
               AND (CAST(:after AS uuid) IS NULL
                    OR (a.host_name, a.id) > (SELECT l.host_name, l.id FROM agent l WHERE l.id = :after))
             ORDER BY a.host_name, a.id
             LIMIT :limit
            """;

    private static final String HISTORY = """
            SELECT t.job_run_id, t.attempt, t.assigned_at, t.ended_at, t.outcome, t.reason, t.message,
                   p.name || '/' || r.counter || '/' || s.name || '/' || s.counter || '/' || j.name AS job_locator
              FROM job_attempt t
              JOIN job_run j ON j.id = t.job_run_id
              JOIN stage_run s ON s.id = j.stage_run_id
              JOIN pipeline_run r ON r.id = j.pipeline_run_id
              JOIN pipeline p ON p.id = j.pipeline_id
             WHERE t.agent_id = :agent
               AND (CAST(:beforeJob AS bigint) IS NULL
                    OR (t.assigned_at, t.job_run_id, t.attempt)
                        < (SELECT l.assigned_at, l.job_run_id, l.attempt
                             FROM job_attempt l
                            WHERE l.job_run_id = :beforeJob AND l.attempt = :beforeAttempt))
             ORDER BY t.assigned_at DESC, t.job_run_id DESC, t.attempt DESC
             LIMIT :limit
            """;

    private static final String HOLDS_JOB = """
            SELECT EXISTS (SELECT 1
                             FROM job_run
                            WHERE agent_id = :agent
                              AND state IN ('ASSIGNED', 'RUNNING', 'CANCELLING'))
            """;

    private AgentQuery() {}

    /** What the agent is doing. */
    record CurrentJob(long id, String locator, String state, int attempt, Instant assignedAt) {}

    record Listed(Agent agent, @Nullable CurrentJob job) {}

    /** One attempt of a job that the agent was given. */
    record PastJob(
            long jobId,
            int attempt,
            String locator,
            Instant assignedAt,
            @Nullable Instant endedAt,
            @Nullable String outcome,
            @Nullable String reason,
            @Nullable String message) {}

    /**
     * Agents by host name.
     *
     * @param state null for all that are not deleted
     * @param after the last one of the page before
     */
    static List<Listed> page(Handle handle, @Nullable AgentState state, @Nullable AgentId after, int limit) {
        return handle.createQuery(PAGE)
                .bindByType("id", null, UUID.class)
                .bind("state", state == null ? null : state.name())
                .bindByType("after", after == null ? null : after.value(), UUID.class)
                .bind("limit", limit)
                .map((row, context) -> listed(row, context))
                .list();
    }

    /** One agent that is not deleted. */
    static Optional<Listed> find(Handle handle, AgentId id) {
        return handle.createQuery(PAGE)
                .bind("id", id.value())
                .bind("state", (String) null)
                .bindByType("after", null, UUID.class)
                .bind("limit", 1)
                .map((row, context) -> listed(row, context))
                .findOne();
    }

    static boolean holdsJob(Handle handle, AgentId id) {
        return handle.createQuery(HOLDS_JOB)
                .bind("agent", id.value())
                .mapTo(Boolean.class)
                .one();
    }

    /** The agent's jobs, newest first. */
    static List<PastJob> history(
            Handle handle, AgentId id, @Nullable Long beforeJob, @Nullable Integer beforeAttempt, int limit) {
        return handle.createQuery(HISTORY)
                .bind("agent", id.value())
                .bind("beforeJob", beforeJob)
                .bind("beforeAttempt", beforeAttempt)
                .bind("limit", limit)
                .map((row, _) -> new PastJob(
                        row.getLong("job_run_id"),
                        row.getInt("attempt"),
                        row.getString("job_locator"),
                        row.getTimestamp("assigned_at").toInstant(),
                        row.getTimestamp("ended_at") == null
                                ? null
                                : row.getTimestamp("ended_at").toInstant(),
                        row.getString("outcome"),
                        row.getString("reason"),
                        row.getString("message")))
                .list();
    }

    private static Listed listed(ResultSet row, org.jdbi.v3.core.statement.StatementContext context)
            throws SQLException {
        Agent agent = new AgentMapper().map(row, context);
        long job = row.getLong("job_id");
        return new Listed(
                agent,
                row.wasNull()
                        ? null
                        : new CurrentJob(
                                job,
                                row.getString("job_locator"),
                                row.getString("job_state"),
                                row.getInt("job_attempt"),
                                row.getTimestamp("job_assigned_at").toInstant()));
    }
}

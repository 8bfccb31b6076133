package dev.penstock.core.dispatch;

import dev.penstock.core.dispatch.HeldCheck.HeldRow;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.PipelineId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Finds and locks jobs: those that wait, those that agents hold, those whose time is over. */
final class JobQueue {
    private static final String WAITING = """
            SELECT id, pipeline_id, priority, requires, environment, pinned_agent_id
              FROM job_run
             WHERE state = 'SCHEDULED'
               AND (CAST(:priority AS integer) IS NULL
                    OR priority < :priority
                    OR (priority = :priority AND id > :id))
             ORDER BY priority DESC, id
             LIMIT :limit
            """;

    private static final String HELD = """
            SELECT id, attempt, agent_id, state, extract(epoch FROM lease_until) AS lease_until,
                   extract(epoch FROM clock_timestamp() - assigned_at) AS age
              FROM job_run
             WHERE state IN ('ASSIGNED', 'RUNNING', 'CANCELLING')
            """;

    private static final String EXPIRED = """
            SELECT id
              FROM job_run
             WHERE state IN ('ASSIGNED', 'RUNNING', 'CANCELLING')
               AND lease_until <= clock_timestamp()
             ORDER BY lease_until
             LIMIT :limit
            """;

    private static final String WAITED_TOO_LONG = """
            SELECT id
              FROM job_run
             WHERE state = 'SCHEDULED'
               AND queue_timeout_seconds > 0
               AND since + queue_timeout_seconds * interval '1 second' <= clock_timestamp()
             ORDER BY id
             LIMIT :limit
            """;

    private static final String LOCK = """
            SELECT id
              FROM job_run
             WHERE id = :job
               FOR NO KEY UPDATE SKIP LOCKED
            """;

    private static final String LOCK_OF_AGENT = """
            SELECT id, state
              FROM job_run
             WHERE (agent_id = :agent AND state IN ('ASSIGNED', 'RUNNING', 'CANCELLING'))
                OR (pinned_agent_id = :agent AND state = 'SCHEDULED')
             ORDER BY id
               FOR NO KEY UPDATE
            """;

    private static final String WAIT_REASON = """
            SELECT coalesce(wait_reason, '')
              FROM job_run
             WHERE id = :job
            """;

    private static final String SAVE_REASONS = """
            UPDATE job_run j
               SET wait_reason = r.reason
              FROM unnest(:ids, :reasons) AS r (id, reason)
             WHERE j.id = r.id
               AND j.state = 'SCHEDULED'
               AND j.wait_reason IS DISTINCT FROM r.reason
            """;

    private static final String UNIQUE_VIOLATION = "23505";

    private JobQueue() {}

    /** Jobs that wait, the next to be given first, from behind {@code after} on. */
    static List<WaitingJob> waiting(Handle handle, @Nullable WaitingJob after, int limit) {
        return handle.createQuery(WAITING)
                .bind("priority", after == null ? null : after.priority())
                .bind("id", after == null ? 0 : after.id().value())
                .bind("limit", limit)
                .map((row, _) -> waitingJob(row))
                .list();
    }

    static WaitingJob waitingJob(ResultSet row) throws SQLException {
        UUID pinned = row.getObject("pinned_agent_id", UUID.class);
        String environment = row.getString("environment");
        return new WaitingJob(
                new JobRunId(row.getLong("id")),
                new PipelineId(row.getLong("pipeline_id")),
                row.getInt("priority"),
                Set.copyOf(Arrays.asList((String[]) row.getArray("requires").getArray())),
                environment == null ? null : environment.toLowerCase(Locale.ROOT),
                pinned == null ? null : new AgentId(pinned));
    }

    /** Whether a claim failed because the agent got another job at the same moment, from another server. */
    static boolean isSecondJob(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && UNIQUE_VIOLATION.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    /** All attempts that agents hold. */
    static List<HeldRow> held(Handle handle) {
        return handle.createQuery(HELD)
                .map((row, _) -> new HeldRow(
                        row.getLong("id"),
                        row.getInt("attempt"),
                        new AgentId(row.getObject("agent_id", UUID.class)),
                        HeldRow.State.valueOf(row.getString("state")),
                        row.getDouble("lease_until"),
                        row.getDouble("age")))
                .list();
    }

    /** Held jobs whose lease has ended, longest ago first. */
    static List<JobRunId> expired(Handle handle, int limit) {
        return ids(handle, EXPIRED, limit);
    }

    /** Waiting jobs that nobody took in the time that they had. */
    static List<JobRunId> waitedTooLong(Handle handle, int limit) {
        return ids(handle, WAITED_TOO_LONG, limit);
    }

    private static List<JobRunId> ids(Handle handle, String sql, int limit) {
        return handle.createQuery(sql)
                .bind("limit", limit)
                .map((row, _) -> new JobRunId(row.getLong("id")))
                .list();
    }

    /** Locks the job until {@code tx} ends, unless somebody else is at it. */
    static boolean lock(Handle tx, JobRunId job) {
        return tx.createQuery(LOCK)
                .bind("job", job.value())
                .mapTo(Long.class)
                .findOne()
                .isPresent();
    }

    /** Why the job waits, as it was seen last; empty when nobody has looked. */
    static String waitReason(Handle handle, JobRunId job) {
        return handle.createQuery(WAIT_REASON)
                .bind("job", job.value())
                .mapTo(String.class)
                .one();
    }

    /** @param waiting it waits for the agent; otherwise the agent holds it */
    record OfAgent(JobRunId job, boolean waiting) {}

    /** Locks what the agent holds and what waits for it alone. */
    static List<OfAgent> lockOfAgent(Handle tx, AgentId agent) {
        return tx.createQuery(LOCK_OF_AGENT)
                .bind("agent", agent.value())
                .map((row, _) -> new OfAgent(
                        new JobRunId(row.getLong("id")), row.getString("state").equals("SCHEDULED")))
                .list();
    }

    /** Writes why jobs wait, where it has changed; answers how many have. */
    static int saveReasons(Handle tx, Collection<JobRunId> jobs, Collection<String> reasons) {
        return tx.createUpdate(SAVE_REASONS)
                .bindArray("ids", Long.class, jobs.stream().map(JobRunId::value).toList())
                .bindArray("reasons", String.class, reasons)
                .execute();
    }
}

package dev.penstock.core.dispatch;

import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.JobRunId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads the queue for people. */
final class QueueQuery {
    private static final String ENTRIES = """
            SELECT j.id, j.pipeline_id, j.priority, j.requires, j.environment, j.pinned_agent_id, j.pinned_agent_name,
                   j.since, j.attempt, j.queue_timeout_seconds, j.name,
                   extract(epoch FROM clock_timestamp() - j.since) AS waited,
                   p.name AS pipeline, r.counter, s.name AS stage, s.counter AS stage_counter
              FROM job_run j
              JOIN stage_run s ON s.id = j.stage_run_id
              JOIN pipeline_run r ON r.id = j.pipeline_run_id
              JOIN pipeline p ON p.id = j.pipeline_id
             WHERE j.state = 'SCHEDULED'
               AND (CAST(:priority AS integer) IS NULL
                    OR j.priority < :priority
                    OR (j.priority = :priority AND j.id > :id))
             ORDER BY j.priority DESC, j.id
             LIMIT :limit
            """;

    private static final String BUSY = """
            SELECT agent_id
              FROM job_run
             WHERE state IN ('ASSIGNED', 'RUNNING', 'CANCELLING')
            """;

    private static final String DEFINITION = """
            SELECT r.definition_id
              FROM job_run j
              JOIN pipeline_run r ON r.id = j.pipeline_run_id
             WHERE j.id = :job
            """;

    private QueueQuery() {}

    /** Where a list was left: behind the job with this priority and id. */
    record Cursor(int priority, long id) {
        static Cursor parse(String text) {
            int colon = text.indexOf(':');
            return new Cursor(Integer.parseInt(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
        }

        String text() {
            return priority + ":" + id;
        }
    }

    /**
     * A waiting job.
     *
     * @param pinnedName the host that alone may run it; empty when any may
     * @param attempts how many agents have had it before
     * @param timeoutSeconds how long it may wait; 0 for ever
     */
    record Entry(
            WaitingJob job,
            String pipeline,
            long counter,
            String stage,
            int stageCounter,
            String name,
            String pinnedName,
            Instant since,
            double waitedSeconds,
            int attempts,
            int timeoutSeconds) {

        Cursor cursor() {
            return new Cursor(job.priority(), job.id().value());
        }
    }

    static List<Entry> entries(Handle handle, @Nullable Cursor after, int limit) {
        return handle.createQuery(ENTRIES)
                .bind("priority", after == null ? null : after.priority())
                .bind("id", after == null ? 0 : after.id())
                .bind("limit", limit)
                .map((row, _) -> new Entry(
                        JobQueue.waitingJob(row),
                        row.getString("pipeline"),
                        row.getLong("counter"),
                        row.getString("stage"),
                        row.getInt("stage_counter"),
                        row.getString("name"),
                        row.getString("pinned_agent_name") == null ? "" : row.getString("pinned_agent_name"),
                        row.getObject("since", OffsetDateTime.class).toInstant(),
                        row.getDouble("waited"),
                        row.getInt("attempt"),
                        row.getInt("queue_timeout_seconds")))
                .list();
    }

    /** The definition that the job's run started with. */
    static Optional<DefinitionId> definition(Handle handle, JobRunId job) {
        return handle.createQuery(DEFINITION)
                .bind("job", job.value())
                .mapTo(Long.class)
                .findOne()
                .map(DefinitionId::new);
    }

    /** Agents that have a job. */
    static Set<AgentId> busy(Handle handle) {
        return handle.createQuery(BUSY).map((row, _) -> new AgentId(row.getObject("agent_id", UUID.class))).stream()
                .collect(Collectors.toUnmodifiableSet());
    }
}

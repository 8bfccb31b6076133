package dev.penstock.core.console;

import dev.penstock.core.console.ConsoleBytes.Packed;
import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.ids.JobRunId;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What the database knows of consoles: that they ended, and how long they are. No byte of them. */
final class ConsoleStore {
    private static final String CLOSE = """
            INSERT INTO console (job_run_id, attempt, length, truncated, complete, sha256)
            VALUES (:job, :attempt, :length, :truncated, :complete, :sha256)
            ON CONFLICT DO NOTHING
            """;
    private static final String ATTEMPTS = """
            SELECT a.attempt, a.agent_name, a.ended_at IS NULL AS running,
                   c.length, c.truncated, c.complete, c.sha256, c.closed_at, c.deleted_at
              FROM job_attempt a
              LEFT JOIN console c ON c.job_run_id = a.job_run_id AND c.attempt = a.attempt
             WHERE a.job_run_id = :job
             ORDER BY a.attempt DESC
             LIMIT :most
            """;
    private static final String MAY_RUN = """
            SELECT state <> 'FINISHED'
              FROM job_run
             WHERE id = :job
            """;
    private static final String UNPACKED = """
            SELECT job_run_id, attempt, length
              FROM console
             WHERE sha256 IS NULL
               AND (complete OR closed_at < clock_timestamp() - CAST(:grace AS double precision) * interval '1 s')
             ORDER BY closed_at
             LIMIT :most
            """;
    private static final String PACKED = """
            UPDATE console c
               SET sha256 = p.sha256,
                   complete = c.complete AND p.length >= c.length,
                   length = p.length
              FROM unnest(:jobs, :attempts, :lengths, :hashes) AS p (job_run_id, attempt, length, sha256)
             WHERE c.job_run_id = p.job_run_id AND c.attempt = p.attempt AND c.sha256 IS NULL
            """;

    /** More attempts than a definition allows. */
    private static final int MOST_ATTEMPTS = 1_000;

    private ConsoleStore() {}

    /** A closed console that is to be packed. */
    record Unpacked(ConsoleId id, long length) {}

    /** @param sha256 null when it is to be packed first */
    static void close(
            Handle tx, ConsoleId id, long length, boolean truncated, boolean complete, @Nullable String sha256) {
        Writes.later(tx, CLOSE)
                .bind("job", id.job().value())
                .bind("attempt", id.attempt())
                .bind("length", length)
                .bind("truncated", truncated)
                .bind("complete", complete)
                .bind("sha256", sha256);
    }

    /** The consoles of a job, newest attempt first. */
    static List<ConsoleFacts> attempts(Handle handle, JobRunId job) {
        return handle.createQuery(ATTEMPTS)
                .bind("job", job.value())
                .bind("most", MOST_ATTEMPTS)
                .map((row, _) -> {
                    boolean closed = row.getObject("length") != null;
                    return new ConsoleFacts(
                            new ConsoleId(job, row.getInt("attempt")),
                            row.getString("agent_name"),
                            state(closed, row.getBoolean("running"), row.getBoolean("complete")),
                            row.getLong("length"),
                            row.getBoolean("truncated"),
                            row.getString("sha256"),
                            instant(row.getObject("closed_at", OffsetDateTime.class)),
                            instant(row.getObject("deleted_at", OffsetDateTime.class)));
                })
                .list();
    }

    private static ConsoleFacts.State state(boolean closed, boolean running, boolean complete) {
        if (!closed && running) {
            return ConsoleFacts.State.OPEN;
        }
        return closed && complete ? ConsoleFacts.State.COMPLETE : ConsoleFacts.State.CUT;
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    /** Whether the job may still get an attempt; empty when there is no such job. */
    static Optional<Boolean> mayRun(Handle handle, JobRunId job) {
        return handle.createQuery(MAY_RUN)
                .bind("job", job.value())
                .mapTo(Boolean.class)
                .findOne();
    }

    /** Consoles to which nothing can be added any more, oldest first; to those that were cut something may for {@code grace}. */
    static List<Unpacked> unpacked(Handle handle, Duration grace, int most) {
        return handle.createQuery(UNPACKED)
                .bind("grace", grace.toMillis() / 1000.0)
                .bind("most", most)
                .map((row, _) -> new Unpacked(
                        new ConsoleId(new JobRunId(row.getLong("job_run_id")), row.getInt("attempt")),
                        row.getLong("length")))
                .list();
    }

    static void packed(Handle tx, Map<ConsoleId, Packed> all) {
        List<Map.Entry<ConsoleId, Packed>> entries = List.copyOf(all.entrySet());
        tx.createUpdate(PACKED)
                .bindArray(
                        "jobs",
                        Long.class,
                        entries.stream().map(e -> e.getKey().job().value()).toList())
                .bindArray(
                        "attempts",
                        Integer.class,
                        entries.stream().map(e -> e.getKey().attempt()).toList())
                .bindArray(
                        "lengths",
                        Long.class,
                        entries.stream().map(e -> e.getValue().length()).toList())
                .bindArray(
                        "hashes",
                        String.class,
                        entries.stream().map(e -> e.getValue().sha256()).toList())
                .execute();
    }
}

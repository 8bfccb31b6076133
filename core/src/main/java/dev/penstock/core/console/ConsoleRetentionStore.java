package dev.penstock.core.console;

import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.run.RetentionRound.Some;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Consoles that are there, and their deletion. Which may go, {@code run.RetentionQuery} says. */
final class ConsoleRetentionStore {
    private static final String NEXT = """
            SELECT c.job_run_id, j.stage_run_id
              FROM (SELECT job_run_id
                      FROM console
                     WHERE deleted_at IS NULL AND job_run_id > :after
                     ORDER BY job_run_id
                     LIMIT :most) c
              JOIN job_run j ON j.id = c.job_run_id
             ORDER BY c.job_run_id
            """;
    /** One that is not packed yet is left to the packer, and goes with the next step. */
    private static final String MARK = """
            UPDATE console c
               SET deleted_at = clock_timestamp(), leaving = true
              FROM job_run j
             WHERE j.stage_run_id = :stage
               AND c.job_run_id = j.id
               AND c.deleted_at IS NULL
               AND c.sha256 IS NOT NULL
            """;

    private static final String LEAVING = """
            SELECT job_run_id, attempt
              FROM console
             WHERE leaving
             ORDER BY job_run_id
             LIMIT :most
            """;
    private static final String GONE = """
            UPDATE console c
               SET leaving = false
              FROM unnest(:jobs, :attempts) AS gone (job_run_id, attempt)
             WHERE c.job_run_id = gone.job_run_id AND c.attempt = gone.attempt
            """;

    private ConsoleRetentionStore() {}

    /** Stage runs with consoles of jobs after some id: nearly the oldest first. */
    static Some next(Handle handle, long after, int most) {
        record Found(long job, long stage) {}
        List<Found> found = handle.createQuery(NEXT)
                .bind("after", after)
                .bind("most", most)
                .map((row, _) -> new Found(row.getLong("job_run_id"), row.getLong("stage_run_id")))
                .list();
        return new Some(
                found.stream().map(Found::stage).distinct().map(StageRunId::new).toList(),
                found.isEmpty() ? after : found.getLast().job(),
                found.size() == most);
    }

    /** Deletes the consoles of a stage run for whoever reads; false when there are none that can go. */
    static boolean mark(Handle tx, StageRunId stage) {
        return tx.createUpdate(MARK).bind("stage", stage.value()).execute() > 0;
    }

    /** Deleted consoles whose bytes may still be there. */
    static List<ConsoleId> leaving(Handle handle, int most) {
        return handle.createQuery(LEAVING)
                .bind("most", most)
                .map((row, _) -> new ConsoleId(new JobRunId(row.getLong("job_run_id")), row.getInt("attempt")))
                .list();
    }

    /** The bytes are gone. */
    static void gone(Handle tx, List<ConsoleId> consoles) {
        tx.createUpdate(GONE)
                .bindArray(
                        "jobs",
                        Long.class,
                        consoles.stream().map(id -> id.job().value()).toList())
                .bindArray(
                        "attempts",
                        Integer.class,
                        consoles.stream().map(ConsoleId::attempt).toList())
                .execute();
    }
}

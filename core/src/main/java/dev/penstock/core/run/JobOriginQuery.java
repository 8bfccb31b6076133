package dev.penstock.core.run;

import dev.penstock.core.platform.ids.JobRunId;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Finds the job that really ran: a re-run of a stage copies the jobs that need not run again, and a copy has no files. */
public final class JobOriginQuery {
    /** A copy of a copy is possible; nobody re-runs a stage more often than this. */
    private static final int MOST_COPIES = 1_000;

    private static final String FIND = """
            WITH RECURSIVE origin (id, source, copies) AS (
                SELECT id, copied_from_id, 0
                  FROM job_run
                 WHERE id = :job
                UNION ALL
                SELECT j.id, j.copied_from_id, o.copies + 1
                  FROM origin o
                  JOIN job_run j ON j.id = o.source
                 WHERE o.copies < :most
            )
            SELECT id
              FROM origin
             WHERE source IS NULL
            """;

    private JobOriginQuery() {}

    /** The job itself when it is no copy; empty when there is no such job. */
    public static Optional<JobRunId> find(Handle handle, JobRunId job) {
        return handle.createQuery(FIND)
                .bind("job", job.value())
                .bind("most", MOST_COPIES)
                .map((row, _) -> new JobRunId(row.getLong("id")))
                .findOne();
    }
}

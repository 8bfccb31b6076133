package dev.penstock.core.artifact;

import dev.penstock.core.platform.ids.StageRunId;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Stage runs that have artifacts, and the deletion of these. Which may go, {@code run.RetentionQuery} says. */
final class RetentionStore {
    private static final String NEXT = """
            SELECT stage_run_id
              FROM stage_artifacts
             WHERE stage_run_id > :after
             ORDER BY stage_run_id
             LIMIT :most
            """;

    private static final String MARK = """
            UPDATE stage_run
               SET artifacts_deleted_at = clock_timestamp()
             WHERE id = :stage AND NOT keep_artifacts AND artifacts_deleted_at IS NULL AND ended_at IS NOT NULL
            """;
    private static final String DELETE = """
            WITH unmarked AS (
                DELETE FROM stage_artifacts WHERE stage_run_id = :stage
            ), deleted AS (
                DELETE FROM artifact
                 WHERE job_run_id IN (SELECT id FROM job_run WHERE stage_run_id = :stage)
                RETURNING sha256
            )
            SELECT DISTINCT sha256 FROM deleted
            """;
    private static final String HINT = """
            UPDATE blob b
               SET unreferenced = true
              FROM (SELECT sha256
                      FROM blob
                     WHERE sha256 = ANY(:hashes)
                     ORDER BY sha256
                       FOR NO KEY UPDATE) locked
             WHERE b.sha256 = locked.sha256
               AND NOT EXISTS (SELECT FROM artifact a WHERE a.sha256 = b.sha256)
            """;
    private static final String RENEW_HINTS = """
            UPDATE blob b
               SET unreferenced = true
             WHERE NOT unreferenced
               AND NOT EXISTS (SELECT FROM artifact a WHERE a.sha256 = b.sha256)
            """;
    private static final String FIND_STAGE = """
            SELECT s.id, s.keep_artifacts, s.artifacts_deleted_at IS NOT NULL AS deleted
              FROM stage_run s
              JOIN pipeline_run r ON r.id = s.pipeline_run_id
              JOIN pipeline p ON p.id = r.pipeline_id
             WHERE p.name_key = lower(:pipeline)
               AND r.counter = :counter
               AND s.name_key = lower(:stage)
               AND s.counter = :stageCounter
            """;
    private static final String KEEP = """
            UPDATE stage_run
               SET keep_artifacts = :keep
             WHERE id = :stage AND artifacts_deleted_at IS NULL
            """;

    private RetentionStore() {}

    /** A stage run, and what is to become of its artifacts. */
    record KeptStage(StageRunId id, boolean keep, boolean deleted) {}

    /** Stage runs that have artifacts, from some id on: nearly the oldest first. */
    static List<StageRunId> next(Handle handle, long after, int most) {
        return handle.createQuery(NEXT)
                .bind("after", after)
                .bind("most", most)
                .map((row, _) -> new StageRunId(row.getLong(1)))
                .list();
    }

    /** Deletes the artifacts of a stage run; false when they are kept or gone. */
    static boolean delete(Handle tx, StageRunId stage) {
        if (tx.createUpdate(MARK).bind("stage", stage.value()).execute() == 0) {
            return false;
        }
        List<String> hashes = tx.createQuery(DELETE)
                .bind("stage", stage.value())
                .mapTo(String.class)
                .list();
        tx.createUpdate(HINT).bindArray("hashes", String.class, hashes).execute();
        return true;
    }

    /** Looks through all blobs for those that nobody refers to: mends what two changes at one moment left wrong. */
    static int renewHints(Handle tx) {
        return tx.createUpdate(RENEW_HINTS).execute();
    }

    static Optional<KeptStage> find(Handle handle, String pipeline, long counter, String stage, int stageCounter) {
        return handle.createQuery(FIND_STAGE)
                .bind("pipeline", pipeline)
                .bind("counter", counter)
                .bind("stage", stage)
                .bind("stageCounter", stageCounter)
                .map((row, _) -> new KeptStage(
                        new StageRunId(row.getLong("id")), row.getBoolean("keep_artifacts"), row.getBoolean("deleted")))
                .findOne();
    }

    /** False when the artifacts are deleted already. */
    static boolean keep(Handle tx, StageRunId stage, boolean keep) {
        return tx.createUpdate(KEEP)
                        .bind("stage", stage.value())
                        .bind("keep", keep)
                        .execute()
                == 1;
    }
}

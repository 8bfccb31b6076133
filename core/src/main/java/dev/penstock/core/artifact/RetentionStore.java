package dev.penstock.core.artifact;

import dev.penstock.core.platform.ids.StageRunId;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Finds stage runs whose artifacts may be deleted, and deletes them. */
final class RetentionStore {
    /**
     * Kept are: what a person or the definition said to keep; what an active run may still need, and the newest run of a
     * pipeline, which may wait for an approval; the newest passed run of each stage, which is what people roll back to and
     * fetch from; and whatever a kept stage has copied its jobs from.
     */
    private static final String DELETABLE = """
            WITH candidate AS (
                SELECT s.id, s.ended_at, s.pipeline_id, s.name_key, s.pipeline_run_id, r.counter, p.run_counter
                  FROM stage_artifacts m
                  JOIN stage_run s ON s.id = m.stage_run_id
                  JOIN pipeline_run r ON r.id = s.pipeline_run_id
                  JOIN pipeline p ON p.id = r.pipeline_id
                 WHERE NOT s.keep_artifacts
                   AND s.ended_at IS NOT NULL
                   AND r.state <> 'ACTIVE'
                   AND r.counter < p.run_counter
                   AND (   :anyAge
                        OR (:keepSeconds > 0 AND s.ended_at < clock_timestamp() - :keepSeconds * interval '1 s')
                        OR (:keepRuns > 0 AND r.counter <= p.run_counter - :keepRuns))
            ), passed AS (
                SELECT newest.id
                  FROM (SELECT DISTINCT pipeline_id, name_key FROM candidate) kind
                 CROSS JOIN LATERAL (
                       SELECT s.id
                         FROM pipeline_run r
                         JOIN stage_run s ON s.pipeline_run_id = r.id AND s.name_key = kind.name_key
                        WHERE r.pipeline_id = kind.pipeline_id AND s.state = 'PASSED'
                        ORDER BY r.counter DESC, s.counter DESC
                        LIMIT 1) newest
            )
            SELECT c.id
              FROM candidate c
             WHERE NOT EXISTS (SELECT FROM passed WHERE passed.id = c.id)
               AND NOT EXISTS (
                   SELECT
                     FROM job_run copy
                     JOIN job_run origin ON origin.id = copy.copied_from_id
                     JOIN stage_run s ON s.id = copy.stage_run_id
                    WHERE copy.pipeline_run_id = c.pipeline_run_id
                      AND origin.stage_run_id = c.id
                      AND (s.keep_artifacts OR s.id IN (SELECT id FROM passed)))
             ORDER BY c.ended_at, c.id
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

    /**
     * Stage runs whose artifacts may go, the oldest first.
     *
     * @param anyAge also those that the rules would keep, because the disk is full
     */
    static List<StageRunId> deletable(Handle handle, RetentionRules rules, boolean anyAge, int most) {
        return handle.createQuery(DELETABLE)
                .bind("anyAge", anyAge)
                .bind("keepSeconds", (double) rules.keepFor().toSeconds())
                .bind("keepRuns", (long) rules.keepRuns())
                .bind("most", most)
                .map((row, _) -> new StageRunId(row.getLong("id")))
                .list();
    }

    /** Deletes the artifacts of a stage run; false when somebody said meanwhile to keep them. */
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

package dev.penstock.core.run;

import dev.penstock.core.platform.ids.StageRunId;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Says of which stage runs artifacts and consoles may be deleted. What these rules spare, nothing may take. */
public final class RetentionQuery {
    /**
     * Spared are: what a person or the definition said to keep; what an active run may still need, and the newest run of a
     * pipeline, which may wait for an approval; the newest passed run of each stage, which is what people roll back to and
     * fetch from; and whatever a spared stage has copied its jobs from.
     */
    private static final String DELETABLE = """
            WITH candidate AS (
                SELECT s.id, s.ended_at, s.pipeline_id, s.name_key, s.pipeline_run_id
                  FROM stage_run s
                  JOIN pipeline_run r ON r.id = s.pipeline_run_id
                  JOIN pipeline p ON p.id = r.pipeline_id
                 WHERE s.id = ANY(:among)
                   AND NOT s.keep_artifacts
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
            """;
    /** As whoever starts a stage again: the run first. */
    private static final String LOCK_RUN = """
            SELECT r.id
              FROM pipeline_run r
             WHERE r.id = (SELECT pipeline_run_id FROM stage_run WHERE id = :stage)
               FOR NO KEY UPDATE
            """;

    private static final String LOCK_STAGE = """
            SELECT id
              FROM stage_run
             WHERE id = :stage
               FOR NO KEY UPDATE
            """;

    private RetentionQuery() {}

    /**
     * Those of some stage runs whose artifacts and consoles may go, the oldest first. Only {@link #lock} says so for good.
     *
     * @param anyAge also those that age and count would spare, because the disk is full
     */
    public static List<StageRunId> deletable(
            Handle handle, Collection<StageRunId> among, RetentionRules rules, boolean anyAge) {
        return handle.createQuery(DELETABLE)
                .bindArray(
                        "among",
                        Long.class,
                        among.stream().map(StageRunId::value).toList())
                .bind("anyAge", anyAge)
                .bind("keepSeconds", (double) rules.keepFor().toSeconds())
                .bind("keepRuns", (long) rules.keepRuns())
                .map((row, _) -> new StageRunId(row.getLong("id")))
                .list();
    }

    /**
     * Asks once more, with the run and the stage locked until {@code tx} ends: since {@link #deletable} was asked, somebody
     * may have started the stage again, which takes over jobs with all that is theirs, or said to keep it.
     */
    public static boolean lock(Handle tx, StageRunId stage, RetentionRules rules, boolean anyAge) {
        tx.createQuery(LOCK_RUN).bind("stage", stage.value()).mapTo(Long.class).findOne();
        tx.createQuery(LOCK_STAGE)
                .bind("stage", stage.value())
                .mapTo(Long.class)
                .findOne();
        return !deletable(tx, List.of(stage), rules, anyAge).isEmpty();
    }
}

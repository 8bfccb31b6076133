package dev.penstock.core.schedule;

import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.run.NewRun.RunMaterial;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Which pipelines are to be looked at, what came of it, and how far their runs have got. A marker is taken after the lock
 * of its pipeline and set without it, so that nobody who sets one waits for who takes one.
 */
final class ScheduleStore {
    private static final String ON_CONFLICT = """
                ON CONFLICT (pipeline_id) DO UPDATE
               SET requested_at = least(schedule_request.requested_at, excluded.requested_at)
            """;

    private static final String REQUEST = """
            INSERT INTO schedule_request (pipeline_id, requested_at)
            VALUES (:pipeline, clock_timestamp() + make_interval(secs => :delay))
            """ + ON_CONFLICT;

    // One statement for all, in the order of their ids: two who set markers one by one may wait for each other.
    private static final String REQUEST_AFTER_STAGE = """
            INSERT INTO schedule_request (pipeline_id)
            SELECT concerned.pipeline_id
              FROM (SELECT pipeline_id
                      FROM schedule_outcome
                     WHERE pipeline_id = :pipeline AND code = :code AND :first
                     UNION
                    SELECT pipeline_id
                      FROM pipeline_material
                     WHERE material_id = ANY (:materials)) AS concerned
             ORDER BY concerned.pipeline_id
            """ + ON_CONFLICT;

    private static final String REQUEST_USERS = """
            INSERT INTO schedule_request (pipeline_id)
            SELECT DISTINCT pipeline_id
              FROM pipeline_material
             WHERE material_id = :material
             ORDER BY pipeline_id
            """ + ON_CONFLICT;

    private static final String REQUEST_WAITING = """
            INSERT INTO schedule_request (pipeline_id)
            SELECT DISTINCT t.pipeline_id
              FROM trigger_request t
              JOIN pipeline_material u ON u.pipeline_id = t.pipeline_id
             WHERE t.state = 'WAITING' AND u.material_id = :material
             ORDER BY t.pipeline_id
            """ + ON_CONFLICT;

    private static final String REQUEST_OVERDUE = """
            INSERT INTO schedule_request (pipeline_id)
            SELECT DISTINCT pipeline_id
              FROM trigger_request
             WHERE state = 'WAITING' AND requested_at < clock_timestamp() - make_interval(secs => :age)
             ORDER BY pipeline_id
            """ + ON_CONFLICT;

    private static final String LOCK_NEXT = """
            SELECT p.id
              FROM schedule_request q
              JOIN pipeline p ON p.id = q.pipeline_id
             WHERE q.requested_at <= clock_timestamp()
             ORDER BY q.requested_at
             LIMIT 1
               FOR NO KEY UPDATE OF p SKIP LOCKED
            """;

    private static final String TAKE = """
            DELETE FROM schedule_request
             WHERE pipeline_id = :pipeline
            """;

    // Whoever only learns that there is nothing to build has learned nothing.
    private static final String SAY = """
            WITH before AS (
                SELECT code FROM schedule_outcome WHERE pipeline_id = :pipeline
            ), said AS (
                INSERT INTO schedule_outcome AS o (pipeline_id, code, message)
                VALUES (:pipeline, :code, :message)
                    ON CONFLICT (pipeline_id) DO UPDATE
                   SET code = excluded.code, message = excluded.message, at = now()
                 WHERE o.code <> excluded.code OR o.message <> excluded.message
                RETURNING pipeline_id
            )
            SELECT p.name
              FROM said
              JOIN pipeline p ON p.id = said.pipeline_id
             WHERE :code <> 'UP_TO_DATE' OR (SELECT code FROM before) <> 'UP_TO_DATE'
            """;

    private static final String SAID = """
            SELECT code, message, at
              FROM schedule_outcome
             WHERE pipeline_id = :pipeline
            """;

    private static final String STARTED = """
            WITH said AS (
                DELETE FROM schedule_outcome
                 WHERE pipeline_id = :pipeline
            )
            INSERT INTO pipeline_progress AS g (pipeline_id, material_id, modification_id)
            SELECT :pipeline, m.material, max(m.modification)
              FROM jsonb_to_recordset(CAST(:materials AS jsonb)) AS m (material bigint, modification bigint)
             GROUP BY m.material
             ORDER BY m.material
                ON CONFLICT (pipeline_id, material_id) DO UPDATE
               SET modification_id = excluded.modification_id, ignored_up_to = NULL, ignored_by = NULL
             WHERE g.modification_id < excluded.modification_id
            """;

    private static final String IGNORED = """
            UPDATE pipeline_progress
               SET ignored_up_to = :upTo, ignored_by = :definition
             WHERE pipeline_id = :pipeline AND material_id = :material
               AND (ignored_up_to, ignored_by) IS DISTINCT FROM (CAST(:upTo AS bigint), CAST(:definition AS bigint))
            """;

    private ScheduleStore() {}

    /** What was said last. */
    record Said(String code, String message, Instant at) {}

    static void request(Handle tx, PipelineId pipeline) {
        request(tx, pipeline, Duration.ZERO);
    }

    /** Has the pipeline looked at, not before some time has passed. */
    static void request(Handle tx, PipelineId pipeline, Duration delay) {
        Writes.later(tx, REQUEST).bind("pipeline", pipeline.value()).bind("delay", delay.toMillis() / 1_000.0);
    }

    /**
     * Has every pipeline looked at that uses one of the materials, and the stage's own if changes wait for its first stage;
     * how many those are. The caller holds the own pipeline's lock, under which that is said too, so that no change falls
     * between.
     */
    static int requestAfterStage(Handle tx, PipelineId pipeline, boolean first, List<MaterialId> materials) {
        return tx.createUpdate(REQUEST_AFTER_STAGE)
                .bind("pipeline", pipeline.value())
                .bind("code", Reason.Code.FIRST_STAGE_ACTIVE.name())
                .bind("first", first)
                .bindArray(
                        "materials",
                        Long.class,
                        materials.stream().map(MaterialId::value).toList())
                .execute();
    }

    /** Has every pipeline looked at that uses the material; how many those are. */
    static int requestUsers(Handle tx, MaterialId material) {
        return tx.createUpdate(REQUEST_USERS).bind("material", material.value()).execute();
    }

    /** Has every pipeline looked at whose trigger may wait for the material; how many those are. */
    static int requestWaiting(Handle tx, MaterialId material) {
        return tx.createUpdate(REQUEST_WAITING)
                .bind("material", material.value())
                .execute();
    }

    /** Has every pipeline looked at whose trigger waits for longer than that. */
    static void requestOverdue(Handle tx, Duration age) {
        tx.createUpdate(REQUEST_OVERDUE).bind("age", age.toSeconds()).execute();
    }

    /** Locks the pipeline that is to be looked at, passing over those that others have locked. */
    static Optional<PipelineId> lockNext(Handle tx) {
        return tx.createQuery(LOCK_NEXT)
                .map((row, _) -> new PipelineId(row.getLong("id")))
                .findOne();
    }

    /** Takes the marker of a locked pipeline; false when somebody else has had it meanwhile. */
    static boolean take(Handle tx, PipelineId pipeline) {
        return tx.createUpdate(TAKE).bind("pipeline", pipeline.value()).execute() == 1;
    }

    /** Keeps why the pipeline does not start; its name when that is news for people who look on. */
    static Optional<String> say(Handle tx, PipelineId pipeline, Reason reason) {
        return tx.createQuery(SAY)
                .bind("pipeline", pipeline.value())
                .bind("code", reason.code().name())
                .bind("message", reason.message())
                .mapTo(String.class)
                .findOne();
    }

    static Optional<Said> said(Handle handle, PipelineId pipeline) {
        return handle.createQuery(SAID)
                .bind("pipeline", pipeline.value())
                .map((row, _) -> new Said(
                        row.getString("code"),
                        row.getString("message"),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .findOne();
    }

    /** A run has begun, and has had these revisions and everything before them. */
    static void started(Handle tx, PipelineId pipeline, List<RunMaterial> materials) {
        Writes.later(tx, STARTED).bind("pipeline", pipeline.value()).bind("materials", Json.write(materials));
    }

    /** Everything up to there is ignored by the filter of this definition, and need not be compared again. */
    static void ignored(Handle tx, Situation now, MaterialId material, long upTo) {
        tx.createUpdate(IGNORED)
                .bind("pipeline", now.pipeline().id().value())
                .bind("definition", now.pipeline().definitionId().value())
                .bind("material", material.value())
                .bind("upTo", upTo)
                .execute();
    }
}

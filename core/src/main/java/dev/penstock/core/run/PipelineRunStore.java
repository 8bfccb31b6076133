package dev.penstock.core.run;

import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.ids.PipelineRunId;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.run.PipelineRunState.Active;
import dev.penstock.core.run.PipelineRunState.Finished;
import dev.penstock.core.run.PipelineRunState.Waiting;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Pipeline runs as rows. The only class that writes {@code pipeline_run.state}. Whoever changes a run holds the lock of
 * its pipeline's row, which is the pipeline's mutex and comes before the lock of any of its runs.
 */
final class PipelineRunStore {
    private static final String COLUMNS = """
            SELECT r.id, r.pipeline_id, p.name AS pipeline_name, r.counter, r.definition_id, r.state, r.wait_code,
                   r.wait_stage_key, r.superseded_by, r.ended_at, p.paused_at IS NOT NULL AS paused,
                   p.deleted_at IS NOT NULL AS deleted
              FROM pipeline p
              JOIN pipeline_run r ON r.pipeline_id = p.id
            """;
    // The time is taken outside, when the locks are held: inside it would be that of the beginning of the wait.
    private static final String LOCK = "WITH locked AS (" + COLUMNS + """
             WHERE r.id = :id
               FOR NO KEY UPDATE OF p, r
            )
            SELECT locked.*, clock_timestamp() AS now FROM locked
            """;
    private static final String LOCK_BY_COUNTER = "WITH locked AS (" + COLUMNS + """
             WHERE p.name_key = lower(:pipeline) AND r.counter = :counter
               FOR NO KEY UPDATE OF p, r
            )
            SELECT locked.*, clock_timestamp() AS now FROM locked
            """;
    private static final String LOCK_WAITING = "WITH locked AS (" + COLUMNS + """
             WHERE r.pipeline_id = :pipeline AND r.wait_code = 'STAGE_BUSY' AND r.wait_stage_key = :key
             ORDER BY r.counter DESC
               FOR NO KEY UPDATE OF r
            )
            SELECT locked.*, clock_timestamp() AS now FROM locked
            """;
    private static final String SAVE = """
            UPDATE pipeline_run
               SET state = :state, wait_code = :waitCode, wait_stage_key = :waitStage, superseded_by = :supersededBy,
                   ended_at = :endedAt
             WHERE id = :id
            """;
    private static final String FIND = """
            SELECT r.id, p.name
              FROM pipeline p
              JOIN pipeline_run r ON r.pipeline_id = p.id
             WHERE p.name_key = lower(:pipeline) AND r.counter = :counter
            """;
    private static final String COMMENT = """
            UPDATE pipeline_run
               SET comment = NULLIF(:comment, '')
             WHERE id = :id
            """;
    private static final String COUNT_UP = """
            UPDATE pipeline
               SET run_counter = :counter
             WHERE id = :id
            """;
    private static final String INSERT = """
            WITH run AS (
                INSERT INTO pipeline_run (pipeline_id, counter, label, definition_id, definition_version, cause_kind,
                                          cause_by, cause_message, overrides, state, created_at)
                VALUES (:pipeline, :counter, :label, :definition, :version, :kind,
                        :by, :message, CAST(:overrides AS jsonb), 'ACTIVE', :now)
                RETURNING id
            ), materials AS (
                INSERT INTO pipeline_run_material (pipeline_run_id, position, material_id, modification_id,
                                                   from_modification_id, changed)
                SELECT run.id, m.position, m.material, m.modification, m.from_modification, m.changed
                  FROM run, jsonb_to_recordset(CAST(:materials AS jsonb)) AS m (
                       position integer, material bigint, modification bigint, from_modification bigint,
                       changed boolean)
            )
            SELECT id FROM run
            """;

    private PipelineRunStore() {}

    /** Locks the pipeline and the run. */
    static RunRow lock(Handle tx, PipelineRunId id) {
        return tx.createQuery(LOCK)
                .bind("id", id.value())
                .map((row, _) -> RunRow.read(row))
                .one();
    }

    /**
     * As {@link #lock(Handle, PipelineRunId)}, by the locator.
     *
     * @throws PenstockException NOT_FOUND
     */
    static RunRow lock(Handle tx, String pipeline, long counter) {
        return tx.createQuery(LOCK_BY_COUNTER)
                .bind("pipeline", pipeline)
                .bind("counter", counter)
                .map((row, _) -> RunRow.read(row))
                .findOne()
                .orElseThrow(() -> unknown(pipeline, counter));
    }

    /** A run, with its pipeline's name as it is written. */
    record Found(PipelineRunId id, String pipeline) {}

    /**
     * A run by the locator in any case, without a lock.
     *
     * @throws PenstockException NOT_FOUND
     */
    static Found find(Handle handle, String pipeline, long counter) {
        return handle.createQuery(FIND)
                .bind("pipeline", pipeline)
                .bind("counter", counter)
                .map((row, _) -> new Found(new PipelineRunId(row.getLong("id")), row.getString("name")))
                .findOne()
                .orElseThrow(() -> unknown(pipeline, counter));
    }

    private static PenstockException unknown(String pipeline, long counter) {
        return new PenstockException(ErrorCode.NOT_FOUND, "There is no run \"" + pipeline + "/" + counter + "\"");
    }

    /** Saves what people have to say about a run; empty for nothing. */
    static void comment(Handle tx, PipelineRunId id, String comment) {
        tx.createUpdate(COMMENT).bind("id", id.value()).bind("comment", comment).execute();
    }

    /** The runs that wait for a busy stage, newest first; the caller holds the pipeline's lock. */
    static List<RunRow> lockWaitingForStage(Handle tx, PipelineId pipeline, String stageKey) {
        return tx.createQuery(LOCK_WAITING)
                .bind("pipeline", pipeline.value())
                .bind("key", stageKey)
                .map((row, _) -> RunRow.read(row))
                .list();
    }

    /** Asks {@link PipelineRunLife} what the event means for a locked run, and saves the answer. */
    static Step<PipelineRunState> apply(Handle tx, RunRow run, PipelineRunEvent event, List<Fact> facts) {
        Step<PipelineRunState> step = PipelineRunLife.next(run.state(), event, run.now());
        if (step instanceof Step.To<PipelineRunState>(var after)) {
            Waiting waiting = after instanceof Waiting w ? w : null;
            Writes.later(tx, SAVE)
                    .bind("id", run.id().value())
                    .bind("state", word(after))
                    .bind("waitCode", waiting == null ? null : waiting.code().name())
                    .bind("waitStage", waiting == null ? null : waiting.stage())
                    .bind("supersededBy", waiting == null ? null : waiting.supersededBy())
                    .bind("endedAt", after instanceof Finished over ? over.since() : null);
            facts.add(fact(run, "run.changed", after));
        }
        return step;
    }

    static PipelineRunId insert(Handle tx, NewRun run, String label, Instant now) {
        Writes.later(tx, COUNT_UP).bind("id", run.pipeline().id().value()).bind("counter", run.counter());
        return tx.createQuery(INSERT)
                .bind("pipeline", run.pipeline().id().value())
                .bind("counter", run.counter())
                .bind("label", label)
                .bind("definition", run.pipeline().definitionId().value())
                .bind("version", run.pipeline().version())
                .bind("kind", run.cause().kind().name())
                .bind("by", run.cause().by())
                .bind("message", run.cause().message())
                .bind("overrides", Json.write(run.overrides()))
                .bind("materials", Json.write(run.materials()))
                .bind("now", now)
                .map((row, _) -> new PipelineRunId(row.getLong("id")))
                .one();
    }

    static String word(PipelineRunState state) {
        return switch (state) {
            case Active _ -> "ACTIVE";
            case Waiting _ -> "WAITING";
            case Finished(var result, var _) -> result.name();
        };
    }

    static Fact fact(RunRow run, String kind, PipelineRunState state) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("pipeline", run.pipelineName());
        body.put("run", run.counter());
        body.put("state", word(state));
        if (state instanceof Waiting waiting) {
            body.put("wait", waiting.code());
            body.put("next_stage", waiting.stage());
        }
        return new Fact(run.subject(), kind, body);
    }
}

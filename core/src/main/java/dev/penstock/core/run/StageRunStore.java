package dev.penstock.core.run;

import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.ids.PipelineRunId;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.platform.json.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Stage runs as rows. The only class that writes {@code stage_run.state}. */
final class StageRunStore {
    private static final String LOCK = """
            SELECT id, pipeline_run_id, pipeline_id, name, name_key, counter, state, ended_at
              FROM stage_run
             WHERE id = :id
               FOR NO KEY UPDATE
            """;
    private static final String STANDINGS = """
            SELECT result, reason
              FROM job_run
             WHERE stage_run_id = :id
            """;
    private static final String SAVE = """
            UPDATE stage_run
               SET state = :state, ended_at = :endedAt
             WHERE id = :id
            """;
    private static final String CANCELLED_BY = """
            UPDATE stage_run
               SET cancelled_by = COALESCE(cancelled_by, :by)
             WHERE id = :id AND ended_at IS NULL
            """;
    private static final String LATEST = """
            SELECT name_key, state
              FROM stage_run
             WHERE pipeline_run_id = :run AND latest
            """;
    private static final String BUSY = """
            SELECT EXISTS (
                SELECT 1 FROM stage_run WHERE pipeline_id = :pipeline AND name_key = :key AND ended_at IS NULL)
            """;
    private static final String RETIRE = """
            UPDATE stage_run
               SET latest = false
             WHERE pipeline_run_id = :run AND name_key = :key AND latest
            RETURNING counter
            """;
    private static final String INSERT = """
            WITH stage AS (
                INSERT INTO stage_run (pipeline_run_id, pipeline_id, name, name_key, position, counter, state,
                                       approved_by, rerun_of_counter, keep_artifacts, scheduled_at, ended_at)
                VALUES (:run, :pipeline, :name, :key, :position, :counter, :state,
                        :approvedBy, :rerunOf, :keepArtifacts, :now, :endedAt)
                RETURNING id
            ), planned AS (
                SELECT j.*
                  FROM jsonb_to_recordset(CAST(:jobs AS jsonb)) AS j (
                       name text, name_key text, job_name text, kind text, run_index integer, run_count integer,
                       pinned_agent_id uuid, pinned_agent_name text, requires text[], rerun_policy text,
                       max_reruns integer, queue_timeout_seconds integer, state text, result text, reason text,
                       message text)
            ), jobs AS (
                INSERT INTO job_run (stage_run_id, pipeline_run_id, pipeline_id, name, name_key, job_name, kind,
                                     run_index, run_count, pinned_agent_id, pinned_agent_name, requires, rerun_policy,
                                     max_reruns, queue_timeout_seconds, state, result, reason, message, since,
                                     scheduled_at, ended_at)
                SELECT stage.id, :run, :pipeline, p.name, p.name_key, p.job_name, p.kind,
                       p.run_index, p.run_count, p.pinned_agent_id, p.pinned_agent_name, p.requires, p.rerun_policy,
                       p.max_reruns, p.queue_timeout_seconds, p.state, p.result, p.reason, p.message,
                       CAST(:now AS timestamptz), CAST(:now AS timestamptz),
                       CASE WHEN p.state = 'FINISHED' THEN CAST(:now AS timestamptz) END
                  FROM stage, planned p
                RETURNING id, state
            ), noted AS (
                INSERT INTO job_transition (job_run_id, attempt, event, state, by_whom, at)
                SELECT id, 0, 'CREATED', state, CAST(:approvedBy AS text), CAST(:now AS timestamptz)
                  FROM jobs
            )
            SELECT id FROM stage
            """;
    private static final String COPY = """
            INSERT INTO job_run (stage_run_id, pipeline_run_id, pipeline_id, name, name_key, job_name, kind, run_index,
                                 run_count, copied_from_id, pinned_agent_id, pinned_agent_name, requires, environment,
                                 priority, rerun_policy, max_reruns, queue_timeout_seconds, state, since, attempt,
                                 agent_id, result, reason, message, cancelled_by, scheduled_at, assigned_at,
                                 building_at, ended_at)
            SELECT :stage, pipeline_run_id, pipeline_id, name, name_key, job_name, kind, run_index,
                   run_count, COALESCE(copied_from_id, id), pinned_agent_id, pinned_agent_name, requires, environment,
                   priority, rerun_policy, max_reruns, queue_timeout_seconds, state, since, attempt,
                   agent_id, result, reason, message, cancelled_by, scheduled_at, assigned_at,
                   building_at, ended_at
              FROM job_run
             WHERE stage_run_id = :from AND state = 'FINISHED' AND name_key = ANY(:names)
            """;

    private StageRunStore() {}

    /** A stage run's row, locked. */
    record StageRow(
            StageRunId id,
            PipelineRunId run,
            PipelineId pipeline,
            String name,
            String key,
            int counter,
            StageState state) {}

    /**
     * A stage run to be inserted.
     *
     * @param rerunOf the counter of the first stage run in a chain of re-runs of jobs
     */
    record NewStage(
            String name,
            String key,
            int position,
            boolean keepArtifacts,
            int counter,
            String approvedBy,
            @Nullable Integer rerunOf) {}

    static StageRow lock(Handle tx, StageRunId id) {
        return tx.createQuery(LOCK)
                .bind("id", id.value())
                .map((row, _) -> new StageRow(
                        id,
                        new PipelineRunId(row.getLong("pipeline_run_id")),
                        new PipelineId(row.getLong("pipeline_id")),
                        row.getString("name"),
                        row.getString("name_key"),
                        row.getInt("counter"),
                        state(row.getString("state"), row.getObject("ended_at", OffsetDateTime.class))))
                .one();
    }

    /** Asks {@link StageLife} what the jobs make of a locked stage, and saves the answer. */
    static Step<StageState> apply(Handle tx, StageRow stage, StagePlace place, Instant now, List<Fact> facts) {
        var tally = StageEvent.Tally.of(tx.createQuery(STANDINGS)
                .bind("id", stage.id().value())
                .map((row, _) -> new StageEvent.JobStanding(
                        row.getString("result") == null ? null : JobResult.valueOf(row.getString("result")),
                        row.getString("reason") == null ? null : JobReason.valueOf(row.getString("reason"))))
                .list());
        Step<StageState> step = StageLife.next(stage.state(), new StageEvent.JobsStand(tally), now);
        if (step instanceof Step.To<StageState>(var after)) {
            tx.createUpdate(SAVE)
                    .bind("id", stage.id().value())
                    .bind("state", word(after))
                    .bind("endedAt", after instanceof StageState.Finished over ? over.since() : null)
                    .execute();
            facts.add(fact(place, after));
        }
        return step;
    }

    static void cancelledBy(Handle tx, StageRunId id, String by) {
        tx.createUpdate(CANCELLED_BY).bind("id", id.value()).bind("by", by).execute();
    }

    /** The states of the newest run of each stage of a run, by key. */
    static Map<String, StageState> latest(Handle tx, PipelineRunId run) {
        Map<String, StageState> states = new TreeMap<>();
        tx.createQuery(LATEST)
                .bind("run", run.value())
                .map((row, _) -> Map.entry(row.getString("name_key"), state(row.getString("state"), null)))
                .forEach(entry -> states.put(entry.getKey(), entry.getValue()));
        return states;
    }

    /** Whether a stage of that name is active in any run of the pipeline; asked under the pipeline's lock. */
    static boolean isBusy(Handle tx, PipelineId pipeline, String key) {
        return tx.createQuery(BUSY)
                .bind("pipeline", pipeline.value())
                .bind("key", key)
                .mapTo(Boolean.class)
                .one();
    }

    /** Makes room for one more run of a stage, and answers its counter. */
    static int nextCounter(Handle tx, PipelineRunId run, String key) {
        return tx.createQuery(RETIRE)
                        .bind("run", run.value())
                        .bind("key", key)
                        .mapTo(Integer.class)
                        .findOne()
                        .orElse(0)
                + 1;
    }

    static StageRunId insert(
            Handle tx, RunRow run, NewStage stage, StageState state, List<PlannedJob> jobs, Instant now) {
        return tx.createQuery(INSERT)
                .bind("run", run.id().value())
                .bind("pipeline", run.pipeline().value())
                .bind("name", stage.name())
                .bind("key", stage.key())
                .bind("position", stage.position())
                .bind("counter", stage.counter())
                .bind("state", word(state))
                .bind("approvedBy", stage.approvedBy())
                .bind("rerunOf", stage.rerunOf())
                .bind("keepArtifacts", stage.keepArtifacts())
                .bind("jobs", Json.write(jobs))
                .bind("now", now)
                .bind("endedAt", state instanceof StageState.Finished over ? over.since() : null)
                .map((row, _) -> new StageRunId(row.getLong("id")))
                .one();
    }

    /** Takes over jobs of an earlier run of the stage that do not run again. */
    static void copyJobs(Handle tx, StageRunId from, StageRunId stage, List<String> nameKeys) {
        tx.createUpdate(COPY)
                .bind("from", from.value())
                .bind("stage", stage.value())
                .bindArray("names", String.class, nameKeys)
                .execute();
    }

    static String word(StageState state) {
        return switch (state) {
            case StageState.Building _ -> "BUILDING";
            case StageState.Failing _ -> "FAILING";
            case StageState.Finished(var result, var _) -> result.name();
        };
    }

    static Fact fact(StagePlace place, StageState state) {
        Map<String, Object> body = place.body();
        body.put("state", word(state));
        return new Fact(place.subject(), "stage.changed", body);
    }

    private static StageState state(String word, @Nullable OffsetDateTime ended) {
        return switch (word) {
            case "BUILDING" -> new StageState.Building();
            case "FAILING" -> new StageState.Failing();
            default ->
                new StageState.Finished(JobResult.valueOf(word), ended == null ? Instant.EPOCH : ended.toInstant());
        };
    }
}

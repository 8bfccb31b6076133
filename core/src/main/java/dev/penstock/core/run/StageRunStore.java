package dev.penstock.core.run;

import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.ids.PipelineRunId;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.platform.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Stage runs as rows. The only class that writes {@code stage_run.state}. */
final class StageRunStore {
    private static final String LOCK = """
            WITH locked AS (
                SELECT id, pipeline_run_id, pipeline_id, name, name_key, counter, state, ended_at
                  FROM stage_run
                 WHERE id = :id
                   FOR NO KEY UPDATE
            )
            SELECT locked.*, clock_timestamp() AS now FROM locked
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
            SELECT id, name, name_key, counter, state, ended_at, rerun_of_counter
              FROM stage_run
             WHERE pipeline_run_id = :run AND latest
            """;
    private static final String BUSY = """
            SELECT r.counter
              FROM stage_run s
              JOIN pipeline_run r ON r.id = s.pipeline_run_id
             WHERE s.pipeline_id = :pipeline AND s.name_key = :key AND s.ended_at IS NULL
            """;
    private static final String ACTIVE = """
            SELECT id
              FROM stage_run
             WHERE pipeline_run_id = :run AND ended_at IS NULL
            """;
    private static final String FIND = """
            SELECT s.id, p.name AS pipeline_name, r.counter AS run_counter, s.name, s.counter
              FROM stage_run s
              JOIN pipeline_run r ON r.id = s.pipeline_run_id
              JOIN pipeline p ON p.id = r.pipeline_id
             WHERE p.name_key = lower(:pipeline) AND r.counter = :run AND s.name_key = lower(:stage)
               AND s.counter = :counter
            """;
    private static final String PAST = """
            SELECT name, job_name, kind, run_index, run_count, pinned_agent_id, pinned_agent_name, result, reason
              FROM job_run
             WHERE stage_run_id = :id AND state = 'FINISHED'
             ORDER BY id
            """;
    private static final String KEEP = """
            UPDATE stage_run
               SET keep_artifacts = :keep
             WHERE id = :id AND keep_artifacts <> :keep
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
            )
            INSERT INTO job_transition (job_run_id, attempt, event, state, by_whom, at)
            SELECT id, 0, 'CREATED', state, CAST(:approvedBy AS text), CAST(:now AS timestamptz)
              FROM jobs
            """;
    /** Behind the INSERT of the stage, whose id it asks for. */
    private static final String COPY = """
            INSERT INTO job_run (stage_run_id, pipeline_run_id, pipeline_id, name, name_key, job_name, kind, run_index,
                                 run_count, copied_from_id, pinned_agent_id, pinned_agent_name, requires, environment,
                                 priority, rerun_policy, max_reruns, queue_timeout_seconds, state, since, attempt,
                                 agent_id, result, reason, message, cancelled_by, scheduled_at, assigned_at,
                                 building_at, ended_at)
            SELECT currval(pg_get_serial_sequence('stage_run', 'id')), pipeline_run_id, pipeline_id, name, name_key,
                   job_name, kind, run_index, run_count, COALESCE(copied_from_id, id), pinned_agent_id,
                   pinned_agent_name, requires, environment, priority, rerun_policy, max_reruns, queue_timeout_seconds,
                   state, since, attempt, agent_id, result, reason, message, cancelled_by, scheduled_at, assigned_at,
                   building_at, ended_at
              FROM job_run
             WHERE stage_run_id = :from AND state = 'FINISHED' AND name_key = ANY(:names)
            """;

    private StageRunStore() {}

    /** A stage run's row, locked, with the database's time. */
    record StageRow(
            StageRunId id,
            PipelineRunId run,
            PipelineId pipeline,
            String name,
            String key,
            int counter,
            StageState state,
            Instant now) {}

    /**
     * The newest run of a stage.
     *
     * @param rerunOf as in {@link NewStage}
     */
    record LatestStage(
            StageRunId id,
            String name,
            String key,
            int counter,
            StageState state,
            @Nullable Integer rerunOf) {

        /** Null while it is active. */
        @Nullable
        JobResult result() {
            return state instanceof StageState.Finished(var result, var _) ? result : null;
        }
    }

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
                        state(row.getString("state"), row.getObject("ended_at", OffsetDateTime.class)),
                        row.getObject("now", OffsetDateTime.class).toInstant()))
                .one();
    }

    /** Asks {@link StageLife} what the jobs make of a locked stage, and saves the answer. */
    static Step<StageState> apply(Handle tx, StageRow stage, StagePlace place, List<Fact> facts) {
        var tally = StageEvent.Tally.of(tx.createQuery(STANDINGS)
                .bind("id", stage.id().value())
                .map((row, _) -> new StageEvent.JobStanding(
                        row.getString("result") == null ? null : JobResult.valueOf(row.getString("result")),
                        row.getString("reason") == null ? null : JobReason.valueOf(row.getString("reason"))))
                .list());
        Step<StageState> step = StageLife.next(stage.state(), new StageEvent.JobsStand(tally), stage.now());
        if (step instanceof Step.To<StageState>(var after)) {
            Writes.later(tx, SAVE)
                    .bind("id", stage.id().value())
                    .bind("state", word(after))
                    .bind("endedAt", after instanceof StageState.Finished over ? over.since() : null);
            facts.add(fact(place, after));
        }
        return step;
    }

    static void cancelledBy(Handle tx, StageRunId id, String by) {
        tx.createUpdate(CANCELLED_BY).bind("id", id.value()).bind("by", by).execute();
    }

    /** The newest run of each stage of a run, by key. */
    static Map<String, LatestStage> latest(Handle tx, PipelineRunId run) {
        Writes.send(tx);
        Map<String, LatestStage> stages = new TreeMap<>();
        tx.createQuery(LATEST)
                .bind("run", run.value())
                .map((row, _) -> new LatestStage(
                        new StageRunId(row.getLong("id")),
                        row.getString("name"),
                        row.getString("name_key"),
                        row.getInt("counter"),
                        state(row.getString("state"), row.getObject("ended_at", OffsetDateTime.class)),
                        row.getObject("rerun_of_counter", Integer.class)))
                .forEach(stage -> stages.put(stage.key(), stage));
        return stages;
    }

    /** The run of the pipeline in which a stage of that name is active; asked under the pipeline's lock. */
    static Optional<Long> busyIn(Handle tx, PipelineId pipeline, String key) {
        Writes.send(tx);
        return tx.createQuery(BUSY)
                .bind("pipeline", pipeline.value())
                .bind("key", key)
                .mapTo(Long.class)
                .findOne();
    }

    /** The stage of a run that is not over; a run has at most one. */
    static Optional<StageRunId> active(Handle handle, PipelineRunId run) {
        return handle.createQuery(ACTIVE)
                .bind("run", run.value())
                .map((row, _) -> new StageRunId(row.getLong("id")))
                .findOne();
    }

    /** A stage run, with its place as it is written. */
    record Found(StageRunId id, StagePlace place) {}

    /** A stage run by its place in any case. */
    static Optional<Found> find(Handle handle, StagePlace place) {
        return handle.createQuery(FIND)
                .bind("pipeline", place.pipeline())
                .bind("run", place.run())
                .bind("stage", place.stage())
                .bind("counter", place.counter())
                .map((row, _) -> new Found(
                        new StageRunId(row.getLong("id")),
                        new StagePlace(
                                row.getString("pipeline_name"),
                                row.getLong("run_counter"),
                                row.getString("name"),
                                row.getInt("counter"))))
                .findOne();
    }

    /** The jobs of a stage run that is over, in the order of their creation. */
    static List<PastInstance> pastInstances(Handle handle, StageRunId id) {
        return handle.createQuery(PAST)
                .bind("id", id.value())
                .map((row, _) -> past(row))
                .list();
    }

    /** Whether it was another way before. */
    static boolean keepArtifacts(Handle tx, StageRunId id, boolean keep) {
        return tx.createUpdate(KEEP).bind("id", id.value()).bind("keep", keep).execute() == 1;
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

    /** Inserts a stage run with its jobs. */
    static void insert(Handle tx, RunRow run, NewStage stage, StageState state, List<PlannedJob> jobs) {
        Writes.later(tx, INSERT)
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
                .bind("now", run.now())
                .bind("endedAt", state instanceof StageState.Finished over ? over.since() : null);
    }

    /** Takes over jobs of an earlier run of the stage that do not run again, into the stage run inserted just before. */
    static void copyJobs(Handle tx, StageRunId from, List<String> nameKeys) {
        Writes.later(tx, COPY).bind("from", from.value()).bindArray("names", "text", nameKeys);
    }

    private static PastInstance past(ResultSet row) throws SQLException {
        UUID agent = row.getObject("pinned_agent_id", UUID.class);
        String reason = row.getString("reason");
        return new PastInstance(
                row.getString("name"),
                row.getString("job_name"),
                RunInstances.Kind.valueOf(row.getString("kind")),
                row.getInt("run_index"),
                row.getInt("run_count"),
                agent == null ? null : new AgentId(agent),
                row.getString("pinned_agent_name"),
                JobResult.valueOf(row.getString("result")),
                reason == null ? null : JobReason.valueOf(reason));
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

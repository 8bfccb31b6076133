package dev.penstock.core.insight;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.json.Json;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads jobs, their attempts and their history. */
final class JobQuery {
    // The newest attempt of a job that was taken over is that of the job that ran; one that waits again has no agent.
    private static final String COLUMNS = """
            SELECT j.stage_run_id, j.id, j.name, j.job_name, j.state, j.phase, j.result, j.reason, j.message,
                   j.wait_reason, j.copied_from_id, j.attempt, j.scheduled_at, j.assigned_at, j.building_at, j.ended_at,
                   j.cancelled_by, COALESCE(a.agent_id, j.pinned_agent_id) AS agent_id,
                   COALESCE(a.agent_name, j.pinned_agent_name) AS agent_name
              FROM job_run j
              LEFT JOIN job_attempt a
                     ON a.job_run_id = COALESCE(j.copied_from_id, j.id) AND a.attempt = j.attempt
                    AND j.state <> 'SCHEDULED'
            """;
    private static final String OF_STAGES = COLUMNS + """
             WHERE j.stage_run_id = ANY(:stages)
             ORDER BY j.stage_run_id, j.id
             LIMIT :limit
            """;
    private static final String BY_ID = COLUMNS + """
             WHERE j.id = :id
            """;
    private static final String ID = """
            SELECT j.id
              FROM pipeline p
              JOIN pipeline_run r ON r.pipeline_id = p.id AND r.counter = :run
              JOIN stage_run s ON s.pipeline_run_id = r.id AND s.name_key = lower(:stage) AND s.counter = :counter
              JOIN job_run j ON j.stage_run_id = s.id AND j.name_key = lower(:job)
             WHERE p.name_key = lower(:pipeline)
            """;
    private static final String PLACE = """
            SELECT r.definition_id, r.overrides, p.name AS pipeline, r.counter AS run, r.label, s.name AS stage,
                   s.counter AS stage_counter, j.kind, j.run_index, j.run_count, j.requires, j.environment, j.priority,
                   j.rerun_policy, j.max_reruns, j.queue_timeout_seconds
              FROM job_run j
              JOIN stage_run s ON s.id = j.stage_run_id
              JOIN pipeline_run r ON r.id = j.pipeline_run_id
              JOIN pipeline p ON p.id = j.pipeline_id
             WHERE j.id = :id
            """;
    private static final String LOST = """
            SELECT pipeline_run_id, count(*) AS jobs
              FROM job_run
             WHERE state = 'LOST' AND pipeline_run_id = ANY(:runs)
             GROUP BY pipeline_run_id
            """;
    private static final String ATTEMPTS = """
            SELECT a.attempt, a.agent_id, a.agent_name, a.assigned_at, a.ended_at, a.outcome, a.reason, a.message,
                   a.phases, a.tasks, c.length, c.complete, c.truncated
              FROM job_attempt a
              LEFT JOIN console c ON c.job_run_id = a.job_run_id AND c.attempt = a.attempt
             WHERE a.job_run_id = :job
             ORDER BY a.attempt DESC
             LIMIT :limit
            """;
    private static final String TRANSITIONS = """
            SELECT id, event, state, phase, attempt, by_whom, at
              FROM job_transition
             WHERE job_run_id = :job AND id > :after
             ORDER BY id
             LIMIT :limit
            """;

    private static final TypeReference<List<PhaseEntered>> PHASES = new TypeReference<>() {};
    private static final TypeReference<List<TaskRun>> TASKS = new TypeReference<>() {};

    /** A stage has no more, and a run's newest stages together hardly. */
    static final int MOST = 5_000;

    /** The newest; a job that was lost more often than this has no news in the older ones. */
    static final int MOST_ATTEMPTS = 100;

    private JobQuery() {}

    /** The jobs of some stage runs. */
    static List<Job> ofStages(Handle handle, List<Long> stages) {
        return handle.createQuery(OF_STAGES)
                .bindArray("stages", Long.class, stages)
                .bind("limit", MOST)
                .map((row, _) -> job(row))
                .list();
    }

    /** How many jobs of some runs wait for a person's decision, by the id of the run; those without any are left out. */
    static Map<Long, Integer> lost(Handle handle, List<Long> runs) {
        Map<Long, Integer> lost = new HashMap<>();
        handle.createQuery(LOST)
                .bindArray("runs", Long.class, runs)
                .map((row, _) -> Map.entry(row.getLong("pipeline_run_id"), row.getInt("jobs")))
                .forEach(entry -> lost.put(entry.getKey(), entry.getValue()));
        return lost;
    }

    static Optional<Job> find(Handle handle, long id) {
        return handle.createQuery(BY_ID)
                .bind("id", id)
                .map((row, _) -> job(row))
                .findOne();
    }

    /** The id of a job by its locator in any case. */
    static Optional<Long> id(Handle handle, String pipeline, long run, String stage, int counter, String job) {
        return handle.createQuery(ID)
                .bind("pipeline", pipeline)
                .bind("run", run)
                .bind("stage", stage)
                .bind("counter", counter)
                .bind("job", job)
                .mapTo(Long.class)
                .findOne();
    }

    static JobPlace place(Handle handle, long id) {
        return handle.createQuery(PLACE)
                .bind("id", id)
                .map((row, _) -> place(row))
                .one();
    }

    /** The attempts of a job, newest first. */
    static List<Attempt> attempts(Handle handle, long job) {
        return handle.createQuery(ATTEMPTS)
                .bind("job", job)
                .bind("limit", MOST_ATTEMPTS)
                .map((row, _) -> attempt(row))
                .list();
    }

    /** The steps of a job's life, in order. */
    static List<Transition> transitions(Handle handle, long job, long after, int limit) {
        return handle.createQuery(TRANSITIONS)
                .bind("job", job)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, _) -> new Transition(
                        row.getLong("id"),
                        row.getString("event"),
                        row.getString("state"),
                        row.getString("phase"),
                        row.getInt("attempt"),
                        row.getString("by_whom"),
                        TimeMapper.at(row, "at")))
                .list();
    }

    private static Job job(ResultSet row) throws SQLException {
        return new Job(
                row.getLong("stage_run_id"),
                row.getLong("id"),
                row.getString("name"),
                row.getString("job_name"),
                row.getString("state"),
                row.getString("phase"),
                row.getString("result"),
                row.getString("reason"),
                row.getString("message"),
                row.getString("wait_reason"),
                row.getObject("copied_from_id", Long.class),
                row.getInt("attempt"),
                agent(row),
                TimeMapper.at(row, "scheduled_at"),
                TimeMapper.maybe(row, "assigned_at"),
                TimeMapper.maybe(row, "building_at"),
                TimeMapper.maybe(row, "ended_at"),
                row.getString("cancelled_by"));
    }

    private static Job.@Nullable AgentName agent(ResultSet row) throws SQLException {
        UUID id = row.getObject("agent_id", UUID.class);
        String name = row.getString("agent_name");
        return id == null ? null : new Job.AgentName(id, name == null ? id.toString() : name);
    }

    private static JobPlace place(ResultSet row) throws SQLException {
        Array requires = row.getArray("requires");
        return new JobPlace(
                new DefinitionId(row.getLong("definition_id")),
                row.getString("overrides"),
                row.getString("pipeline"),
                row.getLong("run"),
                row.getString("label"),
                row.getString("stage"),
                row.getInt("stage_counter"),
                row.getString("kind"),
                row.getInt("run_index"),
                row.getInt("run_count"),
                List.of((String[]) requires.getArray()),
                row.getString("environment"),
                row.getInt("priority"),
                row.getString("rerun_policy"),
                row.getInt("max_reruns"),
                row.getInt("queue_timeout_seconds"));
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        Long length = row.getObject("length", Long.class);
        return new Attempt(
                row.getInt("attempt"),
                new Job.AgentName(row.getObject("agent_id", UUID.class), row.getString("agent_name")),
                TimeMapper.at(row, "assigned_at"),
                TimeMapper.maybe(row, "ended_at"),
                row.getString("outcome"),
                row.getString("reason"),
                row.getString("message"),
                Json.read(row.getString("phases"), PHASES),
                Json.read(row.getString("tasks"), TASKS),
                length == null
                        ? null
                        : new Attempt.Console(length, row.getBoolean("complete"), row.getBoolean("truncated")));
    }
}

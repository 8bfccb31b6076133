package dev.penstock.core.run;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.PipelineDefinition.LockBehavior;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.AgentDirectory.Host;
import dev.penstock.core.run.JobEvent.Claimed;
import dev.penstock.core.run.JobEvent.Ended;
import dev.penstock.core.run.JobEvent.Progress;
import dev.penstock.core.run.NewRun.Cause;
import dev.penstock.core.run.NewRun.RunMaterial;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** A database with pipelines, and what agents and schedulers do to them. */
public final class RunFixture {
    private static final String DEADLOCK = "40P01";

    public static final AgentId ALMA = new AgentId(new UUID(0, 1));
    public static final AgentId BRUNO = new AgentId(new UUID(0, 2));

    public final Database database;
    public final RunFeature feature;
    public final Definitions definitions = new Definitions();
    public final List<Host> hosts = new ArrayList<>(List.of(new Host(ALMA, "alma", true)));
    public final List<RunListener.EndedStage> endedStages = Collections.synchronizedList(new ArrayList<>());
    public final List<String> closedConsoles = Collections.synchronizedList(new ArrayList<>());

    public RunFixture(Database database, Signals signals, EventStore events) {
        this(database, signals, events, (_, _) -> {});
    }

    public RunFixture(Database database, Signals signals, EventStore events, RunListener listener) {
        this.database = database;
        this.feature = RunFeature.create(new RunFeature.Needs(
                database,
                definitions,
                (template, counter, _, _) -> template.replace("${COUNT}", Long.toString(counter)),
                (_, _, _) -> List.copyOf(hosts),
                new Consoles(),
                (tx, ended) -> {
                    endedStages.add(ended);
                    listener.stageEnded(tx, ended);
                },
                signals,
                events,
                Duration.ZERO));
    }

    /** Remembers which consoles were closed. */
    private final class Consoles implements ConsoleSink {
        @Override
        public Extent append(JobRunId job, int attempt, long offset, byte[] bytes) {
            return new Extent(offset + bytes.length, false);
        }

        @Override
        public Extent extent(JobRunId job, int attempt) {
            return new Extent(0, false);
        }

        @Override
        public void close(Handle tx, JobRunId job, int attempt, boolean complete) {
            closedConsoles.add(job.value() + "/" + attempt + (complete ? " complete" : " cut"));
        }
    }

    public static JobDefinition job(String name) {
        return job(name, RunInstances.ONE, OnAgentLoss.RERUN);
    }

    public static JobDefinition job(String name, RunInstances instances, OnAgentLoss onLoss) {
        return new JobDefinition(
                name, instances, List.of(), null, null, null, null, onLoss, List.of(), List.of(), List.of(), List.of());
    }

    public static StageDefinition stage(String name, JobDefinition... jobs) {
        return new StageDefinition(name, true, false, false, Approval.AUTOMATIC, List.of(), List.of(jobs));
    }

    public static StageDefinition manual(String name, boolean onlyOnSuccess, JobDefinition... jobs) {
        var approval = new Approval(Approval.Type.MANUAL, onlyOnSuccess, List.of(), List.of());
        return new StageDefinition(name, true, false, false, approval, List.of(), List.of(jobs));
    }

    /** Saves a pipeline with one git material that has one revision. */
    public void pipeline(String name, StageDefinition... stages) {
        pipeline(name, List.of(), stages);
    }

    public void pipeline(String name, List<Variable> variables, StageDefinition... stages) {
        var material = new MaterialDefinition(
                "code", "git", Map.of("url", "https://git/" + name), "", true, MaterialDefinition.Filter.NONE);
        save(new PipelineDefinition(
                name,
                "main",
                "${COUNT}",
                -1,
                LockBehavior.NONE,
                null,
                Map.of(),
                null,
                null,
                variables,
                List.of(material),
                List.of(stages)));
    }

    public void save(PipelineDefinition definition) {
        database.useTransaction(tx -> {
            tx.execute("INSERT INTO pipeline_group (name_key, name) VALUES ('main', 'main') ON CONFLICT DO NOTHING");
            long resolved = tx.createQuery(
                            "INSERT INTO resolved_definition (sha256, definition) VALUES (:sha, CAST(:d AS jsonb))"
                                    + " RETURNING id")
                    .bind("sha", UUID.randomUUID().toString())
                    .bind("d", Json.write(definition))
                    .mapTo(Long.class)
                    .one();
            long pipeline = tx.createQuery("INSERT INTO pipeline (name, name_key, group_key, version, definition_id)"
                            + " VALUES (:name, lower(:name), 'main', 1, :resolved) RETURNING id")
                    .bind("name", definition.name())
                    .bind("resolved", resolved)
                    .mapTo(Long.class)
                    .one();
            for (int position = 0; position < definition.materials().size(); position++) {
                tx.createUpdate("""
                                WITH m AS (
                                    INSERT INTO material (fingerprint, type, options, display_name)
                                    VALUES (:fingerprint, 'git', '{}', :name) RETURNING id
                                ), c AS (
                                    INSERT INTO modification (material_id, revision, author, comment, authored_at, files)
                                    SELECT id, 'r1-' || :name, 'Ada', 'first', now(),
                                           '[{"path": "a.txt", "action": "ADDED"}]' FROM m
                                )
                                INSERT INTO pipeline_material (pipeline_id, position, material_id)
                                SELECT :pipeline, :position, id FROM m
                                """)
                        .bind("fingerprint", UUID.randomUUID().toString())
                        .bind("name", definition.name())
                        .bind("pipeline", pipeline)
                        .bind("position", position)
                        .execute();
            }
        });
    }

    /** A change arrives in the first material of a pipeline. */
    public void commit(String name, String revision, String comment) {
        execute("""
                INSERT INTO modification (material_id, revision, author, comment, authored_at, files)
                SELECT material_id, '%s', 'Grace', '%s', now(), '[{"path": "b.txt", "action": "MODIFIED"}]'
                  FROM pipeline_material pm JOIN pipeline p ON p.id = pm.pipeline_id
                 WHERE p.name = '%s' AND pm.position = 0
                """.formatted(revision, comment, name));
    }

    /** Saves another definition of a pipeline: its next version. */
    public void redefine(String name, StageDefinition... stages) {
        String json = one(String.class, """
                SELECT d.definition FROM pipeline p JOIN resolved_definition d ON d.id = p.definition_id
                 WHERE p.name = '%s'
                """.formatted(name));
        PipelineDefinition was = Json.read(json, PipelineDefinition.class);
        var is = new PipelineDefinition(
                name,
                was.group(),
                was.labelTemplate(),
                was.displayOrder(),
                was.lockBehavior(),
                null,
                was.parameters(),
                null,
                null,
                was.variables(),
                was.materials(),
                List.of(stages));
        database.useTransaction(tx -> tx.createUpdate("""
                        WITH d AS (
                            INSERT INTO resolved_definition (sha256, definition)
                            VALUES (:sha, CAST(:definition AS jsonb)) RETURNING id
                        )
                        UPDATE pipeline SET definition_id = d.id, version = version + 1 FROM d WHERE name = :name
                        """)
                .bind("sha", UUID.randomUUID().toString())
                .bind("definition", Json.write(is))
                .bind("name", name)
                .execute());
    }

    /** Starts a run of a pipeline at its newest revision, as a scheduler does. */
    public PipelineRuns.Created trigger(String name) {
        return database.inTransaction(tx -> trigger(tx, name));
    }

    PipelineRuns.Created trigger(Handle tx, String name) {
        var current = definitions.current(tx, name).orElseThrow();
        record Locked(long runs, Instant now) {}

        Locked locked = tx.createQuery(
                        "SELECT run_counter, clock_timestamp() AS now FROM pipeline WHERE id = :id FOR NO KEY UPDATE")
                .bind("id", current.id().value())
                .map((row, _) -> new Locked(
                        row.getLong("run_counter"),
                        row.getObject("now", OffsetDateTime.class).toInstant()))
                .one();
        List<RunMaterial> materials = tx.createQuery("""
                        SELECT pm.position, pm.material_id, newest.id, newest.id IS DISTINCT FROM last.used AS changed,
                               COALESCE((SELECT min(x.id) FROM modification x
                                          WHERE x.material_id = pm.material_id AND x.id > last.used), newest.id) AS oldest,
                               newest.revision
                          FROM pipeline_material pm
                          JOIN LATERAL (SELECT id, revision FROM modification m
                                         WHERE m.material_id = pm.material_id ORDER BY id DESC LIMIT 1) newest ON true
                          LEFT JOIN LATERAL (
                               SELECT u.modification_id AS used
                                 FROM pipeline_run_material u JOIN pipeline_run r ON r.id = u.pipeline_run_id
                                WHERE r.pipeline_id = pm.pipeline_id AND u.material_id = pm.material_id
                                ORDER BY r.counter DESC LIMIT 1) last ON true
                         WHERE pm.pipeline_id = :id
                         ORDER BY pm.position
                        """)
                .bind("id", current.id().value())
                .map((row, _) -> new RunMaterial(
                        row.getInt("position"),
                        row.getLong("material_id"),
                        row.getLong("id"),
                        row.getLong("oldest"),
                        row.getBoolean("changed"),
                        row.getString("revision")))
                .list();
        var cause = new Cause(Cause.Kind.COMMIT, "changes", "modified by Ada");
        return feature.runs()
                .create(tx, new NewRun(current, locked.runs() + 1, cause, List.of(), materials), locked.now());
    }

    /** The newest run of a job by its locator {@code pipeline/counter/stage/stageCounter/job}. */
    public JobRunId jobId(String locator) {
        return new JobRunId(one(Long.class, """
                SELECT j.id
                  FROM job_run j JOIN stage_run s ON s.id = j.stage_run_id
                  JOIN pipeline_run r ON r.id = j.pipeline_run_id JOIN pipeline p ON p.id = j.pipeline_id
                 WHERE concat_ws('/', p.name, r.counter, s.name, s.counter, j.name) = '%s'
                """.formatted(locator)));
    }

    public Step<JobState> apply(String locator, JobEvent event) {
        JobRunId id = jobId(locator);
        return database.inTransaction(tx -> feature.jobs().apply(tx, id, event));
    }

    public void claim(String locator) {
        apply(locator, new Claimed(ALMA, "alma"));
    }

    /** Claims a job and ends it, by an agent of its own: an agent has one job at a time. */
    public void finish(String locator, JobResult result) {
        var agent = new AgentId(new UUID(1, jobId(locator).value()));
        apply(locator, new Claimed(agent, "agent"));
        int attempt = one(
                Integer.class,
                "SELECT attempt FROM job_run WHERE id = " + jobId(locator).value());
        apply(
                locator,
                new Ended(
                        agent,
                        attempt,
                        result,
                        result == JobResult.PASSED ? null : JobReason.TASK_FAILED,
                        result == JobResult.PASSED ? null : "exit code 1",
                        Progress.NONE));
    }

    public <T> T one(Class<T> type, String sql) {
        return database.read(handle -> handle.createQuery(sql).mapTo(type).one());
    }

    public List<String> list(String sql) {
        return database.read(
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    public void execute(String sql) {
        database.useTransaction(tx -> tx.execute(sql));
    }

    /** Empties the tables that tests fill; again when a server at work was in the way. */
    public void forget() {
        for (int left = 4; !emptied(left == 0); left--) {}
        endedStages.clear();
        closedConsoles.clear();
        hosts.clear();
        hosts.add(new Host(ALMA, "alma", true));
    }

    private boolean emptied(boolean last) {
        try {
            execute("TRUNCATE pipeline, resolved_definition, material, event, audit CASCADE");
            return true;
        } catch (UnableToExecuteStatementException e) {
            if (!last && e.getCause() instanceof SQLException cause && DEADLOCK.equals(cause.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    /** The names of the jobs that wait for an agent. */
    public List<String> waiting() {
        return list("SELECT name FROM job_run WHERE state = 'SCHEDULED' ORDER BY name");
    }

    /** Each run as {@code pipeline/counter STATE}, oldest first. */
    public List<String> runs() {
        return list("""
                SELECT p.name || '/' || r.counter || ' ' || r.state || COALESCE(' ' || r.wait_code, '')
                       || COALESCE(' by ' || r.superseded_by, '')
                  FROM pipeline_run r JOIN pipeline p ON p.id = r.pipeline_id
                 ORDER BY p.name, r.counter
                """);
    }

    /** Each stage run as {@code counter/stage/stageCounter STATE}, in the order of creation. */
    public List<String> stages() {
        return list("""
                SELECT r.counter || '/' || s.name || '/' || s.counter || ' ' || s.state
                  FROM stage_run s JOIN pipeline_run r ON r.id = s.pipeline_run_id
                 ORDER BY s.id
                """);
    }

    /** Each job run as {@code job STATE RESULT REASON}, in the order of creation. */
    public List<String> jobs() {
        return list("SELECT concat_ws(' ', name, state, result, reason) FROM job_run ORDER BY id");
    }
}

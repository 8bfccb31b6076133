package dev.penstock.core.run;

import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.JobEvent.AgentRevoked;
import dev.penstock.core.run.JobEvent.Claimed;
import dev.penstock.core.run.JobEvent.Ended;
import dev.penstock.core.run.JobEvent.LeaseExpired;
import dev.penstock.core.run.JobEvent.Progress;
import dev.penstock.core.run.JobEvent.Reported;
import dev.penstock.core.run.JobState.Finished;
import dev.penstock.core.run.JobState.Held;
import dev.penstock.core.run.Step.To;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/**
 * Agents, people and the clock, all at once and without any order: many threads that do whatever they may, and much that
 * they may not. Remembers what was acknowledged.
 */
final class RunStorm {
    private static final List<String> PIPELINES = List.of("alpha", "beta", "gamma");
    private static final String PERSON = "eve";
    private static final int AGENTS = 12;

    /** An attempt as an agent knows it, also when it has lost it meanwhile. */
    private record Grip(JobRunId job, AgentId agent, int attempt) {}

    private final RunFixture runs;
    private final List<Grip> grips = new CopyOnWriteArrayList<>();

    /** Runs that were created, as {@code pipeline/counter}. */
    final List<String> triggered = new CopyOnWriteArrayList<>();

    /** The result of each job whose end was acknowledged to its agent as it was told. */
    final Map<JobRunId, JobResult> acknowledged = new ConcurrentHashMap<>();

    RunStorm(RunFixture runs) {
        this.runs = runs;
    }

    void pipelines() {
        var ask = OnAgentLoss.ASK;
        var once = new OnAgentLoss(OnAgentLoss.Policy.RERUN, 1);
        runs.pipeline(
                "alpha",
                RunFixture.stage(
                        "build",
                        RunFixture.job("unit", RunInstances.ONE, once),
                        RunFixture.job("lint", RunInstances.ONE, ask)),
                RunFixture.stage(
                        "test", RunFixture.job("it", new RunInstances(RunInstances.Kind.COUNT, 3), OnAgentLoss.RERUN)),
                RunFixture.manual("ship", true, RunFixture.job("copy", RunInstances.ALL_AGENTS, ask)));
        runs.pipeline("beta", RunFixture.stage("only", RunFixture.job("one", RunInstances.ONE, once)));
        runs.pipeline(
                "gamma",
                RunFixture.stage("a", RunFixture.job("x")),
                RunFixture.stage("b", RunFixture.job("x"), RunFixture.job("y")),
                RunFixture.stage("c", RunFixture.job("x", RunInstances.ONE, ask)));
    }

    /** Blows for a while, with threads that each do so many things. */
    void blow(long seed, int threads, int deeds) throws Exception {
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                var random = new Random(seed * 1_000 + thread);
                all.add(pool.submit(() -> {
                    for (int deed = 0; deed < deeds; deed++) {
                        act(random);
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private void act(Random random) {
        try {
            switch (random.nextInt(24)) {
                case 0, 1, 2 -> trigger(pick(random, PIPELINES));
                case 3, 4, 5, 6, 7 -> claim(agent(random));
                case 8, 9 -> report(random);
                case 10, 11, 12, 13, 14 -> end(random);
                case 15 -> expire();
                case 16 -> cancel(random);
                case 17, 18 -> decide(random.nextBoolean());
                case 19, 20 -> startWaiting();
                case 21, 22 -> rerun(random);
                default -> pause(random);
            }
        } catch (PenstockException _) {
            // A refusal is an answer.
        }
    }

    /** Lets everything that goes on come to its end, as patient agents and a deciding person would. */
    void calm() {
        runs.execute("UPDATE pipeline SET paused_at = NULL, paused_by = NULL");
        for (int round = 0; round < 10_000; round++) {
            Optional<Long> open = first("SELECT id FROM job_run WHERE state <> 'FINISHED' ORDER BY id LIMIT 1");
            if (open.isEmpty()) {
                return;
            }
            var job = new JobRunId(open.get());
            runs.database.useTransaction(tx -> {
                switch (state(tx, job)) {
                    case "SCHEDULED" ->
                        runs.feature.jobs().apply(tx, job, new Claimed(new AgentId(new UUID(1, job.value())), "it"));
                    case "LOST" -> runs.feature.jobs().apply(tx, job, new JobEvent.GivenUp(PERSON));
                    default -> {
                        expireNow(tx, job);
                        runs.feature.jobs().apply(tx, job, new LeaseExpired());
                    }
                }
            });
        }
        throw new AssertionError("Some job never ends: " + runs.jobs());
    }

    private void trigger(String pipeline) {
        runs.database
                .inTransaction(tx -> {
                    tx.execute("SELECT 1 FROM pipeline WHERE name = ? FOR NO KEY UPDATE", pipeline);
                    boolean mayStart = tx.createQuery("""
                                    SELECT p.paused_at IS NULL AND NOT EXISTS (
                                           SELECT 1 FROM stage_run s
                                            WHERE s.pipeline_id = p.id AND s.position = 0 AND s.ended_at IS NULL)
                                      FROM pipeline p WHERE p.name = :name
                                    """)
                            .bind("name", pipeline)
                            .mapTo(Boolean.class)
                            .one();
                    return mayStart ? Optional.of(runs.trigger(tx, pipeline)) : Optional.<PipelineRuns.Created>empty();
                })
                .ifPresent(created -> triggered.add(pipeline + "/" + created.counter()));
    }

    /** An agent that has a job already is refused another by the schema. */
    private void claim(AgentId agent) {
        try {
            claimAny(agent);
        } catch (UnableToExecuteStatementException e) {
            if (!(e.getCause() instanceof SQLException cause) || !"23505".equals(cause.getSQLState())) {
                throw e;
            }
        }
    }

    private void claimAny(AgentId agent) {
        runs.database
                .inTransaction(tx -> tx.createQuery("""
                                SELECT id FROM job_run WHERE state = 'SCHEDULED' ORDER BY random() LIMIT 1
                                   FOR UPDATE SKIP LOCKED
                                """)
                        .mapTo(Long.class)
                        .findOne()
                        .map(JobRunId::new)
                        .map(job -> runs.feature.jobs().apply(tx, job, new Claimed(agent, "it"))
                                                instanceof To<JobState>(var state)
                                        && state instanceof Held held
                                ? new Grip(job, agent, held.attempt())
                                : null))
                .ifPresent(grips::add);
    }

    private void report(Random random) {
        if (!grips.isEmpty()) {
            Grip grip = pick(random, grips);
            apply(grip.job(), new Reported(grip.agent(), grip.attempt(), Progress.NONE));
        }
    }

    private void end(Random random) {
        if (grips.isEmpty()) {
            return;
        }
        // Mostly the newest, sometimes one that was fenced or has ended long ago.
        Grip grip = random.nextInt(4) == 0
                ? pick(random, grips)
                : grips.get(grips.size() - 1 - random.nextInt(Math.min(6, grips.size())));
        JobResult result = random.nextInt(3) == 0 ? JobResult.FAILED : JobResult.PASSED;
        JobReason reason = result == JobResult.PASSED
                ? null
                : random.nextInt(5) == 0 ? JobReason.AGENT_RESTARTED : JobReason.TASK_FAILED;
        var event = new Ended(
                grip.agent(), grip.attempt(), result, reason, reason == null ? null : "so it says", Progress.NONE);
        if (apply(grip.job(), event) instanceof To<JobState>(Finished over)
                && grip.agent().equals(over.reportedBy())) {
            JobResult before = acknowledged.put(grip.job(), over.result());
            if (before != null) {
                throw new AssertionError("Job " + grip.job() + " has ended twice");
            }
        }
    }

    private void expire() {
        runs.database.useTransaction(tx -> tx.createQuery("""
                        SELECT id FROM job_run WHERE lease_until IS NOT NULL ORDER BY random() LIMIT 1
                           FOR UPDATE SKIP LOCKED
                        """)
                .mapTo(Long.class)
                .findOne()
                .map(JobRunId::new)
                .ifPresent(job -> {
                    expireNow(tx, job);
                    runs.feature.jobs().apply(tx, job, new LeaseExpired());
                }));
    }

    private static void expireNow(Handle tx, JobRunId job) {
        tx.execute("UPDATE job_run SET lease_until = now() - interval '1 second' WHERE id = ?", job.value());
    }

    private void cancel(Random random) {
        switch (random.nextInt(4)) {
            case 0 ->
                anyOf("SELECT id FROM job_run WHERE state <> 'FINISHED'")
                        .ifPresent(id -> runs.feature.jobActs().cancel(new JobRunId(id), PERSON));
            case 1 ->
                anyOf("SELECT id FROM stage_run WHERE ended_at IS NULL")
                        .ifPresent(id -> runs.feature.stageActs().cancel(place(id), PERSON));
            case 2 ->
                anyOf("SELECT id FROM pipeline_run WHERE ended_at IS NULL").ifPresent(id -> {
                    String[] run = runLocator(id);
                    runs.feature.runActs().cancel(run[0], Long.parseLong(run[1]), PERSON);
                });
            default ->
                anyOf("SELECT id FROM job_run WHERE lease_until IS NOT NULL")
                        .ifPresent(id -> apply(new JobRunId(id), new AgentRevoked(agent(random))));
        }
    }

    private void decide(boolean again) {
        anyOf("SELECT id FROM job_run WHERE state = 'LOST'").map(JobRunId::new).ifPresent(job -> {
            if (again) {
                runs.feature.jobActs().rerun(job, PERSON);
            } else {
                runs.feature.jobActs().giveUp(job, PERSON);
            }
        });
    }

    private void startWaiting() {
        anyOf("SELECT id FROM pipeline_run WHERE state = 'WAITING'").ifPresent(id -> {
            String[] run = runLocator(id);
            String stage = runs.list("SELECT COALESCE(wait_stage_key, 'ship') FROM pipeline_run WHERE id = " + id)
                    .getFirst();
            runs.feature.stageActs().start(run[0], Long.parseLong(run[1]), stage, PERSON);
        });
    }

    private void rerun(Random random) {
        anyOf("SELECT id FROM stage_run WHERE latest AND ended_at IS NOT NULL")
                .ifPresent(id -> runs.feature
                        .stageActs()
                        .rerun(
                                place(id),
                                switch (random.nextInt(3)) {
                                    case 0 -> new StageActs.Again.Whole();
                                    case 1 -> new StageActs.Again.Failed();
                                    default -> new StageActs.Again.Chosen(List.of("x"));
                                },
                                PERSON));
    }

    private void pause(Random random) {
        String name = pick(random, PIPELINES);
        runs.execute(
                random.nextInt(5) == 0
                        ? "UPDATE pipeline SET paused_at = now(), paused_by = 'eve' WHERE name = '" + name + "'"
                        : "UPDATE pipeline SET paused_at = NULL, paused_by = NULL WHERE name = '" + name + "'");
    }

    private Step<JobState> apply(JobRunId job, JobEvent event) {
        return runs.database.inTransaction(tx -> runs.feature.jobs().apply(tx, job, event));
    }

    private static String state(Handle tx, JobRunId job) {
        return tx.createQuery("SELECT state FROM job_run WHERE id = :id")
                .bind("id", job.value())
                .mapTo(String.class)
                .one();
    }

    private StagePlace place(long stage) {
        String[] text = runs.list("""
                        SELECT concat_ws('/', p.name, r.counter, s.name, s.counter)
                          FROM stage_run s JOIN pipeline_run r ON r.id = s.pipeline_run_id
                          JOIN pipeline p ON p.id = r.pipeline_id WHERE s.id = %d
                        """.formatted(stage)).getFirst().split("/", -1);
        return new StagePlace(text[0], Long.parseLong(text[1]), text[2], Integer.parseInt(text[3]));
    }

    private String[] runLocator(long run) {
        return runs.list("SELECT p.name || '/' || r.counter FROM pipeline_run r JOIN pipeline p ON p.id = r.pipeline_id"
                        + " WHERE r.id = " + run)
                .getFirst()
                .split("/", -1);
    }

    private Optional<Long> anyOf(String ids) {
        return first(ids + " ORDER BY random() LIMIT 1");
    }

    private Optional<Long> first(String sql) {
        return runs.database.read(
                handle -> handle.createQuery(sql).mapTo(Long.class).findOne());
    }

    private static AgentId agent(Random random) {
        return new AgentId(new UUID(0, 1 + random.nextInt(AGENTS)));
    }

    private static <T> T pick(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}

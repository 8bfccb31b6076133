package dev.penstock.core.console;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobEvent;
import dev.penstock.core.run.JobEvent.Claimed;
import dev.penstock.core.run.JobEvent.Ended;
import dev.penstock.core.run.JobEvent.Progress;
import dev.penstock.core.run.JobReason;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.RunFeature;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Consoles in a folder, and jobs that write and end them. A second one over the same folder is a second server. */
final class ConsoleFixture {
    private static final AtomicInteger NEXT = new AtomicInteger();

    final Database database;
    final ConsoleFolder bytes;
    final ConsoleHub hub = new ConsoleHub();
    final Consoles consoles;
    final ConsoleNews news;
    private final RunFixture runs;
    private final RunFeature feature;
    private final Map<JobRunId, AgentId> holders = new HashMap<>();

    ConsoleFixture(Database database, Signals signals, EventStore events, Path folder, long maxBytes)
            throws IOException {
        this.database = database;
        this.bytes = new ConsoleFolder(folder, Instant.now());
        this.consoles =
                new Consoles(database, bytes, hub, new SecretNet(_ -> List.of()), new FreeSpace(folder), maxBytes);
        this.news = new ConsoleNews(database, signals, hub);
        this.runs = new RunFixture(database, signals, events);
        this.feature = RunFeature.create(new RunFeature.Needs(
                database,
                runs.definitions,
                (template, counter, _, _) -> template + counter,
                (_, _, _) -> List.copyOf(runs.hosts),
                consoles,
                (_, _) -> {},
                signals,
                events,
                Duration.ZERO));
    }

    /** A pipeline of one job. */
    String pipeline() {
        String name = "p" + NEXT.incrementAndGet();
        runs.pipeline(name, RunFixture.stage("build", RunFixture.job("unit")));
        return name;
    }

    /** The job of a new run of a pipeline. */
    JobRunId trigger(String pipeline) {
        long run = runs.trigger(pipeline).id().value();
        return new JobRunId(runs.one(Long.class, "SELECT id FROM job_run WHERE pipeline_run_id = " + run));
    }

    /** A job that waits for an agent. */
    JobRunId waitingJob() {
        return trigger(pipeline());
    }

    /** A job in its first attempt, on an agent of its own. */
    JobRunId runningJob() {
        JobRunId job = waitingJob();
        claim(job);
        return job;
    }

    JobRunId runningJob(AgentId agent) {
        JobRunId job = waitingJob();
        claim(job, agent);
        return job;
    }

    void claim(JobRunId job) {
        claim(job, new AgentId(new UUID(1, NEXT.incrementAndGet())));
    }

    private void claim(JobRunId job, AgentId agent) {
        holders.put(job, agent);
        apply(job, new Claimed(agent, "alma"));
    }

    /** A running job whose run has a secret variable, stored with the key of a server. */
    JobRunId runningJobWithSecret(AgentId agent, SecretStore secrets, String value) {
        String name = "p" + NEXT.incrementAndGet();
        runs.pipeline(name, RunFixture.stage("build", RunFixture.job("unit")));
        database.useTransaction(tx -> {
            long pipeline = runs.one(Long.class, "SELECT id FROM pipeline WHERE name = '" + name + "'");
            SecretRef ref = secrets.put(tx, SecretStore.scope(new PipelineId(pipeline)), value);
            tx.execute("""
                    UPDATE resolved_definition d
                       SET definition = jsonb_set(CAST(d.definition AS jsonb), '{variables}',
                           jsonb_build_array(jsonb_build_object('name', 'PW', 'secret',
                               jsonb_build_object('secret_ref', CAST(? AS bigint)))))
                      FROM pipeline p
                     WHERE p.id = ? AND d.id = p.definition_id
                    """, ref.secretRef(), pipeline);
        });
        runs.trigger(name);
        JobRunId job = runs.jobId(name + "/1/build/1/unit");
        claim(job, agent);
        return job;
    }

    void append(JobRunId job, long offset, String text) {
        consoles.append(job, 1, offset, text.getBytes(StandardCharsets.UTF_8));
    }

    void pass(JobRunId job, int attempt) {
        end(job, attempt, JobResult.PASSED);
    }

    void end(JobRunId job, int attempt, JobResult result) {
        AgentId agent = Objects.requireNonNull(holders.get(job));
        boolean passed = result == JobResult.PASSED;
        JobReason reason = passed ? null : JobReason.TASK_FAILED;
        apply(job, new Ended(agent, attempt, result, reason, passed ? null : "exit code 1", Progress.NONE));
    }

    void execute(String sql) {
        runs.execute(sql);
    }

    void lose(JobRunId job) {
        runs.execute("UPDATE job_run SET lease_until = now() - interval '1 s' WHERE id = " + job.value());
        apply(job, new JobEvent.LeaseExpired());
    }

    void apply(JobRunId job, JobEvent event) {
        database.useTransaction(tx -> feature.jobs().apply(tx, job, event));
    }

    /** The row of a console in words. */
    String row(JobRunId job, int attempt) {
        return String.join(" ", runs.list("""
                SELECT length || CASE WHEN complete THEN ' complete' ELSE ' cut' END
                       || CASE WHEN truncated THEN ' truncated' ELSE '' END
                       || CASE WHEN sha256 IS NULL THEN '' ELSE ' hashed' END
                  FROM console
                 WHERE job_run_id = %d AND attempt = %d
                """.formatted(job.value(), attempt)));
    }

    /** The job is a copy of another from now on. */
    void copy(JobRunId copy, JobRunId original) {
        runs.execute("UPDATE job_run SET copied_from_id = " + original.value() + " WHERE id = " + copy.value());
    }
}

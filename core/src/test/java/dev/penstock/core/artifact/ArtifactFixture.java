package dev.penstock.core.artifact;

import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.Tokens;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobEvent.Claimed;
import dev.penstock.core.run.JobEvent.Ended;
import dev.penstock.core.run.JobEvent.Progress;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.RunFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Artifacts in a folder, and jobs that publish them. */
final class ArtifactFixture {
    static final UploadLimits LIMITS = new UploadLimits(8 << 20, 12 << 20, 0);

    final Database database;
    final RunFixture runs;
    final BlobFolder bytes;
    final Blobs blobs;
    final Artifacts artifacts;

    ArtifactFixture(Database database, Signals signals, EventStore events, Path folder) throws IOException {
        this.database = database;
        this.runs = new RunFixture(database, signals, events);
        this.bytes = new BlobFolder(folder);
        this.blobs = new Blobs(database, bytes, new FreeSpace(folder), LIMITS);
        this.artifacts = new Artifacts(database, blobs, LIMITS.maxJobBytes());
    }

    /** A pipeline with one stage for each name, each with a job "unit". */
    String pipeline(String... stages) {
        String name = "p" + Tokens.uuid().toString().substring(0, 8);
        runs.pipeline(
                name,
                Arrays.stream(stages)
                        .map(stage -> RunFixture.stage(stage, RunFixture.job("unit")))
                        .toArray(dev.penstock.core.config.model.StageDefinition[]::new));
        return name;
    }

    /** Gives a job to an agent of its own. */
    AgentId claim(String locator) {
        var agent = new AgentId(Tokens.uuid());
        runs.apply(locator, new Claimed(agent, "alma"));
        return agent;
    }

    void end(String locator, AgentId agent, JobResult result) {
        boolean passed = result == JobResult.PASSED;
        runs.apply(
                locator,
                new Ended(
                        agent,
                        1,
                        result,
                        passed ? null : dev.penstock.core.run.JobReason.TASK_FAILED,
                        passed ? null : "exit code 1",
                        Progress.NONE));
    }

    /** Runs a job that publishes one file for each path, whose content is the path and what is said. */
    JobRunId publishing(String locator, JobResult result, String content, String... paths) {
        AgentId agent = claim(locator);
        JobRunId job = runs.jobId(locator);
        publish(
                job,
                Arrays.stream(paths)
                        .map(path -> uploaded(job, path, content + " of " + path))
                        .toList());
        end(locator, agent, result);
        return job;
    }

    PublishedArtifact uploaded(JobRunId job, String path, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        String sha256 = sha256(bytes);
        upload(job, sha256, bytes);
        return new PublishedArtifact(path, sha256, bytes.length, path.endsWith(".xml"));
    }

    boolean upload(JobRunId job, String sha256, byte[] content) {
        return blobs.upload(job, sha256, content.length, () -> new ByteArrayInputStream(content));
    }

    void publish(JobRunId job, List<PublishedArtifact> list) {
        database.useTransaction(tx -> artifacts.publish(tx, job, list));
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Digests.sha256().digest(bytes));
    }

    static String sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    List<String> paths(JobRunId job) {
        return runs.list("SELECT path FROM artifact WHERE job_run_id = " + job.value() + " ORDER BY path");
    }
}

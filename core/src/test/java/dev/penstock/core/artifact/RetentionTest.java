package dev.penstock.core.artifact;

import static dev.penstock.core.run.JobResult.FAILED;
import static dev.penstock.core.run.JobResult.PASSED;
import static dev.penstock.core.run.SomeRetention.FULL_DISK;
import static dev.penstock.core.run.SomeRetention.THIRTY_DAYS;
import static dev.penstock.core.run.SomeRetention.TWO_RUNS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.RetentionRules;
import dev.penstock.core.testing.Eventually;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class RetentionTest {
    @TempDir
    Path folder;

    private final Database database;
    private final Signals signals;
    private final EventStore events;
    private ArtifactFixture on;
    private String pipeline = "";

    RetentionTest(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.signals = signals;
        this.events = events;
    }

    @BeforeEach
    void open() throws IOException {
        on = new ArtifactFixture(database, signals, events, folder);
        on.runs.execute("DELETE FROM artifact; DELETE FROM stage_artifacts; DELETE FROM blob;"
                + " UPDATE job_run SET state = 'FINISHED', phase = NULL, lease_until = NULL, result = 'PASSED',"
                + " ended_at = now() WHERE state <> 'FINISHED'");
        pipeline = on.pipeline("build");
    }

    @Test
    void withoutRulesNothingIsDeleted() throws IOException {
        JobRunId old = run(1, PASSED);
        run(2, PASSED);
        endedDaysAgo(old, 1000);

        retain(RetentionRules.NONE);

        assertThat(on.paths(old)).hasSize(1);
    }

    @Test
    void deletesByAgeWhatIsNotTheNewestOfItsKind() throws IOException {
        JobRunId old = run(1, PASSED);
        JobRunId newestPassed = run(2, PASSED);
        JobRunId failed = run(3, FAILED);
        JobRunId young = run(4, FAILED);
        JobRunId newest = run(5, FAILED);
        List.of(old, newestPassed, failed, newest).forEach(job -> endedDaysAgo(job, 31));

        retain(THIRTY_DAYS);

        assertThat(on.paths(old)).isEmpty();
        assertThat(on.paths(failed)).isEmpty();
        assertThat(on.paths(newestPassed)).hasSize(1);
        assertThat(on.paths(young)).hasSize(1);
        assertThat(on.paths(newest)).hasSize(1);
    }

    @Test
    void deletesByCount() throws IOException {
        List<JobRunId> jobs = List.of(run(1, FAILED), run(2, FAILED), run(3, FAILED), run(4, FAILED));

        retain(TWO_RUNS);

        assertThat(jobs).extracting(job -> on.paths(job).size()).containsExactly(0, 0, 1, 1);
    }

    @Test
    void aFullDiskTakesTheOldestAndNoneThatIsKept() throws IOException {
        JobRunId kept = run(1, FAILED);
        on.runs.execute("UPDATE stage_run SET keep_artifacts = true WHERE id = " + stage(kept));
        JobRunId old = run(2, FAILED);
        JobRunId passed = run(3, PASSED);
        JobRunId newest = run(4, FAILED);

        retain(FULL_DISK);

        assertThat(on.paths(old)).isEmpty();
        assertThat(List.of(kept, passed, newest))
                .allSatisfy(job -> assertThat(on.paths(job)).hasSize(1));
    }

    @Test
    void aFullDiskTakesNoMoreThanIsNeeded() throws IOException {
        List<JobRunId> jobs = List.of(run(1, FAILED), run(2, FAILED), run(3, FAILED), run(4, FAILED), run(5, FAILED));
        long one = sizeOf(ArtifactFixture.sha256("run 1 of a.txt"));
        var disk = new FreeSpace(() -> 6 * one - stored());
        var rules = new RetentionRules(Duration.ZERO, 0, 2 * one, 3 * one);

        new Retention(database, on.bytes, disk, rules, Duration.ZERO, InstantSource.system()).step();

        assertThat(jobs).extracting(job -> on.paths(job).size()).containsExactly(0, 0, 1, 1, 1);
        assertThat(stored()).isEqualTo(3 * one);
    }

    @Test
    void bytesThatGoLaterAreCountedBeforeMoreIsTaken() throws IOException {
        List<JobRunId> jobs = List.of(run(1, FAILED), run(2, FAILED), run(3, FAILED), run(4, FAILED), run(5, FAILED));
        long one = sizeOf(ArtifactFixture.sha256("run 1 of a.txt"));
        String other = on.pipeline("build");
        on.runs.trigger(other);
        on.claim(other + "/1/build/1/unit");
        on.runs.execute("UPDATE job_run SET assigned_at = now() - interval '1 day' WHERE state = 'ASSIGNED'");
        var disk = new FreeSpace(() -> 6 * one - stored());
        var rules = new RetentionRules(Duration.ZERO, 0, 2 * one, 3 * one);

        new Retention(database, on.bytes, disk, rules, Duration.ZERO, InstantSource.system()).step();

        assertThat(jobs).extracting(job -> on.paths(job).size()).containsExactly(0, 0, 1, 1, 1);
        assertThat(stored()).as("a job runs that may have uploaded any of it").isEqualTo(5 * one);
    }

    private long stored() {
        var sum = new AtomicLong();
        try {
            on.bytes.forEach(Instant.MAX, found -> sum.addAndGet(found.size()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return sum.get();
    }

    @Test
    void anActiveRunKeepsWhatItHas() throws IOException {
        pipeline = on.pipeline("build", "deploy");
        JobRunId job = run(1, PASSED);
        run(2, PASSED);

        retain(FULL_DISK);

        assertThat(on.paths(job)).as("its second stage waits for an agent").hasSize(1);
    }

    @Test
    void whatACopiedJobCameFromStays() throws IOException {
        JobRunId origin = run(1, FAILED);
        JobRunId again = run(2, PASSED);
        // As a re-run of the stage: its second run, in which this job was copied.
        on.runs.execute("UPDATE job_run SET copied_from_id = " + origin.value()
                + ", pipeline_run_id = (SELECT pipeline_run_id FROM job_run WHERE id = " + origin.value()
                + ") WHERE id = " + again.value());
        run(3, FAILED);

        retain(FULL_DISK);

        assertThat(on.paths(origin)).hasSize(1);
    }

    @Test
    void whatAReRunIsTakingOverAtThisMomentStays() throws Exception {
        JobRunId old = run(1, FAILED);
        run(2, PASSED);
        run(3, FAILED);
        var retains = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> retention = database.inTransaction(tx -> {
                startAgain(tx, old);
                Future<?> waiting = threads.submit(() -> {
                    retains.countDown();
                    retain(FULL_DISK);
                    return null;
                });
                awaitBlocked(waiting, retains);
                return waiting;
            });
            retention.get();
        }

        assertThat(on.paths(old)).hasSize(1);
    }

    /** As a re-run of a stage begins, in {@code run}: the pipeline and the run are locked, and the run is active again. */
    private void startAgain(Handle tx, JobRunId job) {
        tx.execute("""
                SELECT FROM pipeline_run r
                  JOIN pipeline p ON p.id = r.pipeline_id
                 WHERE r.id = (SELECT pipeline_run_id FROM job_run WHERE id = ?)
                   FOR NO KEY UPDATE OF p, r
                """, job.value());
        tx.execute(
                "UPDATE pipeline_run SET state = 'ACTIVE', ended_at = NULL"
                        + " WHERE id = (SELECT pipeline_run_id FROM job_run WHERE id = ?)",
                job.value());
    }

    /** Until it waits for a lock, or is over because it did not wait for any. */
    private void awaitBlocked(Future<?> work, CountDownLatch begun) {
        Eventually.until(() -> begun.getCount() == 0 && (work.isDone() || isAnyBlocked()));
    }

    private boolean isAnyBlocked() {
        return on.runs.one(Long.class, """
                SELECT count(*)
                  FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'
                """) > 0;
    }

    @Test
    void theBytesGoWithTheLastThatNamesThem() throws IOException {
        JobRunId first = run(1, FAILED, "same", "a.txt");
        JobRunId second = run(2, FAILED, "same", "a.txt");
        run(3, FAILED);
        String sha256 = ArtifactFixture.sha256("same of a.txt");

        delete(first);
        assertThat(on.bytes.size(sha256)).isPresent();
        delete(second);

        assertThat(on.bytes.size(sha256)).isEmpty();
        assertThat(on.runs.list("SELECT sha256 FROM blob WHERE sha256 = '" + sha256 + "'"))
                .isEmpty();
    }

    @Test
    void bytesThatARunningJobMayHaveUploadedStay() throws IOException {
        on.runs.trigger(pipeline);
        AgentId agent = on.claim(pipeline + "/1/build/1/unit");
        var file = on.uploaded(on.runs.jobId(pipeline + "/1/build/1/unit"), "a.txt", "uploaded");

        retain(RetentionRules.NONE);
        assertThat(on.bytes.size(file.sha256())).isPresent();
        on.end(pipeline + "/1/build/1/unit", agent, FAILED);
        retain(RetentionRules.NONE);

        assertThat(on.bytes.size(file.sha256())).isEmpty();
    }

    @Test
    void filesThatAKillLeftWithoutARowAreDeleted() throws IOException {
        byte[] content = "orphan".getBytes(StandardCharsets.UTF_8);
        var received = on.bytes.receive(new java.io.ByteArrayInputStream(content), _ -> {});
        on.bytes.keep(received);
        Path file = folder.resolve(received.sha256().substring(0, 2)).resolve(received.sha256());
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Path left = Files.writeString(folder.resolve("incoming").resolve("left"), "half");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

        var retention = retention(RetentionRules.NONE);
        retention.step();
        retention.step();

        assertThat(file).doesNotExist();
        assertThat(left).doesNotExist();
    }

    @Test
    void uploadsAndDeletionsOfTheSameBytesLoseNothing() throws Exception {
        on.runs.trigger(pipeline);
        JobRunId job = on.runs.jobId(pipeline + "/1/build/1/unit");
        byte[] content = "again and again".getBytes(StandardCharsets.UTF_8);
        String sha256 = ArtifactFixture.sha256(content);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var deleting = threads.submit(() -> {
                var retention = retention(RetentionRules.NONE);
                for (int i = 0; i < 150; i++) {
                    retention.step();
                }
                return null;
            });
            for (int i = 0; i < 150; i++) {
                on.upload(job, sha256, content);
                // Whenever there is a row there are the bytes: what an agent is told holds.
                database.useTransaction(tx -> {
                    if (BlobStore.touch(tx, sha256, new BlobStore.Known(content.length, true))
                            .isPresent()) {
                        assertThat(sizeOf(sha256)).isEqualTo(content.length);
                    }
                });
            }
            deleting.get();
        }
    }

    private long sizeOf(String sha256) {
        try {
            return on.bytes.size(sha256).orElse(-1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private JobRunId run(int counter, dev.penstock.core.run.JobResult result) {
        return run(counter, result, "run " + counter, "a.txt");
    }

    private JobRunId run(int counter, dev.penstock.core.run.JobResult result, String content, String path) {
        on.runs.trigger(pipeline);
        return on.publishing(pipeline + "/" + counter + "/build/1/unit", result, content, path);
    }

    private void endedDaysAgo(JobRunId job, int days) {
        on.runs.execute(
                "UPDATE stage_run SET ended_at = now() - interval '" + days + " days' WHERE id = " + stage(job));
    }

    private long stage(JobRunId job) {
        return on.runs.one(Long.class, "SELECT stage_run_id FROM job_run WHERE id = " + job.value());
    }

    private void delete(JobRunId job) throws IOException {
        database.useTransaction(
                tx -> RetentionStore.delete(tx, new dev.penstock.core.platform.ids.StageRunId(stage(job))));
        retain(RetentionRules.NONE);
    }

    private void retain(RetentionRules rules) throws IOException {
        var retention = retention(rules);
        int steps = 0;
        while (retention.step() && steps < 100) {
            steps++;
        }
    }

    private Retention retention(RetentionRules rules) {
        return new Retention(database, on.bytes, new FreeSpace(folder), rules, Duration.ZERO, InstantSource.system());
    }
}

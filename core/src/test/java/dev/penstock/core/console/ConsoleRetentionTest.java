package dev.penstock.core.console;

import static dev.penstock.core.run.JobResult.FAILED;
import static dev.penstock.core.run.JobResult.PASSED;
import static dev.penstock.core.run.SomeRetention.FULL_DISK;
import static dev.penstock.core.run.SomeRetention.THIRTY_DAYS;
import static dev.penstock.core.run.SomeRetention.TWO_RUNS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.RetentionRules;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class ConsoleRetentionTest {
    @TempDir
    Path folder;

    private final Database database;
    private final Signals signals;
    private final EventStore events;
    private ConsoleFixture on;
    private String pipeline = "";

    ConsoleRetentionTest(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.signals = signals;
        this.events = events;
    }

    @BeforeEach
    void open() throws IOException {
        on = new ConsoleFixture(database, signals, events, folder, 64L << 20);
        on.execute("DELETE FROM console");
        pipeline = on.pipeline();
    }

    @Test
    void withoutRulesNothingIsDeleted() throws IOException {
        JobRunId old = run(FAILED);
        run(PASSED);
        endedDaysAgo(old, 1000);

        retain(RetentionRules.NONE);

        assertThat(isThere(old)).isTrue();
    }

    @Test
    void deletesByAgeWhatIsNotTheNewestOfItsKind() throws IOException {
        JobRunId old = run(PASSED);
        JobRunId newestPassed = run(PASSED);
        JobRunId failed = run(FAILED);
        JobRunId young = run(FAILED);
        JobRunId newest = run(FAILED);
        List.of(old, newestPassed, failed, newest).forEach(job -> endedDaysAgo(job, 31));

        retain(THIRTY_DAYS);

        assertThat(List.of(old, failed)).noneMatch(this::isThere);
        assertThat(List.of(newestPassed, young, newest)).allMatch(this::isThere);
    }

    @Test
    void deletesByCount() throws IOException {
        List<JobRunId> jobs = List.of(run(FAILED), run(FAILED), run(FAILED), run(FAILED));

        retain(TWO_RUNS);

        assertThat(jobs).map(this::isThere).containsExactly(false, false, true, true);
    }

    @Test
    void aFullDiskTakesTheOldestAndNoneThatIsKept() throws IOException {
        JobRunId kept = run(FAILED);
        on.execute("UPDATE stage_run SET keep_artifacts = true WHERE id = " + stage(kept));
        JobRunId old = run(FAILED);
        JobRunId passed = run(PASSED);
        JobRunId newest = run(FAILED);

        retain(FULL_DISK);

        assertThat(isThere(old)).isFalse();
        assertThat(List.of(kept, passed, newest)).allMatch(this::isThere);
    }

    @Test
    void aFullDiskTakesNoMoreThanIsNeeded() throws IOException {
        List<JobRunId> jobs = List.of(run(FAILED), run(FAILED), run(FAILED), run(FAILED), run(FAILED));
        var disk = new FreeSpace(() -> 6 - files());
        var rules = new RetentionRules(Duration.ZERO, 0, 2, 3);

        new ConsoleRetention(database, on.bytes, disk, rules, InstantSource.system()).step();

        assertThat(jobs).map(this::isThere).containsExactly(false, false, true, true, true);
    }

    @Test
    void whatACopiedJobCameFromStays() throws IOException {
        JobRunId origin = run(FAILED);
        JobRunId again = run(PASSED);
        // As a re-run of the stage: its second run, in which this job was copied.
        on.copy(again, origin);
        on.execute("UPDATE job_run SET pipeline_run_id = (SELECT pipeline_run_id FROM job_run WHERE id = "
                + origin.value() + ") WHERE id = " + again.value());
        run(FAILED);

        retain(FULL_DISK);

        assertThat(isThere(origin)).isTrue();
    }

    @Test
    void allAttemptsOfAJobGoTogetherAlsoThePackedOne() throws IOException {
        JobRunId job = on.trigger(pipeline);
        on.claim(job);
        on.append(job, 0, "first attempt");
        on.lose(job);
        on.claim(job);
        on.consoles.append(job, 2, 0, "x".repeat(200_000).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        on.end(job, 2, FAILED);
        new ConsolePacker(database, on.bytes, Duration.ZERO).step();
        run(FAILED);

        retain(FULL_DISK);

        assertThat(on.consoles.of(job)).hasSize(2).allMatch(facts -> facts.deletedAt() != null);
        assertThat(files()).as("that of the newest run").isEqualTo(1);
    }

    @Test
    void whoeverReadsADeletedConsoleIsToldSo() throws IOException {
        JobRunId old = run(FAILED);
        run(FAILED);

        retain(FULL_DISK);

        assertThatThrownBy(() -> on.consoles.find(old, 0))
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.GONE))
                .hasMessageContaining("job " + old.value())
                .hasMessageContaining("was deleted at");
        assertThat(on.consoles.of(old))
                .singleElement()
                .satisfies(facts -> assertThat(facts.length()).isEqualTo(5));
    }

    @Test
    void bytesThatAKillLeftGoWithTheNextStep() throws IOException {
        JobRunId old = run(FAILED);
        run(FAILED);
        on.execute("UPDATE console SET deleted_at = now(), leaving = true WHERE job_run_id = " + old.value());

        retain(RetentionRules.NONE);

        assertThat(files()).isEqualTo(1);
    }

    /** A run of the pipeline whose job printed something. */
    private JobRunId run(JobResult result) {
        JobRunId job = on.trigger(pipeline);
        on.claim(job);
        on.append(job, 0, "said\n");
        on.end(job, 1, result);
        return job;
    }

    private boolean isThere(JobRunId job) {
        var id = new ConsoleId(job, 1);
        boolean deleted = on.consoles.of(job).getFirst().deletedAt() != null;
        try (var opened = on.bytes.open(id)) {
            assertThat(opened.read(0, ByteBuffer.allocate(10)))
                    .as("its bytes are there while it is not deleted, and no longer")
                    .isEqualTo(deleted ? 0 : 5);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return !deleted;
    }

    private long files() {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void endedDaysAgo(JobRunId job, int days) {
        on.execute("UPDATE stage_run SET ended_at = now() - interval '" + days + " days' WHERE id = " + stage(job));
    }

    private String stage(JobRunId job) {
        return "(SELECT stage_run_id FROM job_run WHERE id = " + job.value() + ")";
    }

    private void retain(RetentionRules rules) throws IOException {
        var retention = new ConsoleRetention(database, on.bytes, new FreeSpace(folder), rules, InstantSource.system());
        for (int steps = 0; retention.step() && steps < 100; steps++) {}
    }
}

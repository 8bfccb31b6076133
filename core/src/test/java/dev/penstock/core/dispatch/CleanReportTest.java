package dev.penstock.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.JobReport.ConsoleChunk;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import dev.penstock.agent.protocol.Protocol;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CleanReportTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void phasesStandInTheirOrderAndEachOnce() {
        JobReport clean = CleanReport.of(
                report(
                        List.of(
                                new PhaseEntered(Phase.BUILDING, NOON),
                                new PhaseEntered(Phase.PREPARING, NOON),
                                new PhaseEntered(Phase.BUILDING, NOON.plusSeconds(5))),
                        List.of(),
                        null),
                NOON);

        assertThat(clean.phases())
                .containsExactly(new PhaseEntered(Phase.PREPARING, NOON), new PhaseEntered(Phase.BUILDING, NOON));
    }

    @Test
    void tasksStandInTheirOrderPreparationFirstAndPublishingLast() {
        JobReport clean =
                CleanReport.of(report(List.of(), List.of(task(-2, "c"), task(1, "b"), task(-1, "a")), null), NOON);

        assertThat(clean.tasks()).extracting(TaskRun::summary).containsExactly("a", "b", "c");
    }

    @Test
    void whatNoDatabaseTakesIsNotInALine() {
        String nasty = "a\u0000b\nc" + (char) 0xD800 + "d" + "x".repeat(2_000);

        String line = CleanReport.of(report(List.of(), List.of(task(0, nasty)), null), NOON)
                .tasks()
                .getFirst()
                .summary();

        assertThat(line).startsWith("a b c").hasSizeLessThanOrEqualTo(1_000);
        assertThat(line.codePoints()).noneMatch(c -> c < 32 || Character.getType(c) == Character.SURROGATE);
    }

    @Test
    void timesThatCannotBeAreNow() {
        JobReport clean = CleanReport.of(
                report(
                        List.of(new PhaseEntered(Phase.BUILDING, Instant.MAX)),
                        List.of(),
                        end(Result.PASSED, null, null)),
                NOON);

        assertThat(clean.phases().getFirst().at()).isEqualTo(NOON);
    }

    @Test
    void aPassedJobHasNoReasonAndAnotherHasOne() {
        assertThat(clean(end(Result.PASSED, Reason.TASK_FAILED, "odd")).reason())
                .isNull();
        assertThat(clean(end(Result.FAILED, null, "x")).reason()).isEqualTo(Reason.AGENT_ERROR);
        assertThat(clean(end(Result.CANCELLED, null, null)).reason()).isEqualTo(Reason.CANCELLED);
        assertThat(clean(end(Result.FAILED, Reason.TASK_FAILED, "exit\ncode 1")).message())
                .isEqualTo("exit code 1");
    }

    @Test
    void whatMeansNothingIsRefused() {
        assertThatThrownBy(() -> CleanReport.of(new JobReport(0, List.of(), List.of(), null, null), NOON))
                .hasMessageContaining("\"attempt\" is 0");
        assertThatThrownBy(() -> CleanReport.of(
                        new JobReport(1, List.of(), List.of(), new ConsoleChunk(-1, new byte[0]), null), NOON))
                .hasMessageContaining("negative offset");
        assertThatThrownBy(() -> CleanReport.of(
                        new JobReport(
                                1,
                                List.of(),
                                List.of(),
                                new ConsoleChunk(0, new byte[Protocol.MAX_CONSOLE_CHUNK_BYTES + 1]),
                                null),
                        NOON))
                .hasMessageContaining("at most 1048576 bytes");
        var many = Collections.nCopies(
                Protocol.MAX_ARTIFACTS + 1, new JobReport.PublishedArtifact("a", TestNode.SHA, 1, false));
        assertThatThrownBy(() -> CleanReport.of(
                        report(List.of(), List.of(), new End(Result.PASSED, null, null, NOON, 0, many, 0)), NOON))
                .hasMessageContaining("at most 100000 files");
    }

    private static End clean(End end) {
        End clean = CleanReport.of(report(List.of(), List.of(), end), NOON).end();
        assertThat(clean).isNotNull();
        return clean;
    }

    private static JobReport report(List<PhaseEntered> phases, List<TaskRun> tasks, @Nullable End end) {
        return new JobReport(1, phases, tasks, null, end);
    }

    private static TaskRun task(int index, String summary) {
        return new TaskRun(index, summary, TaskState.RUNNING, 0, NOON, null, null);
    }

    private static End end(Result result, @Nullable Reason reason, @Nullable String message) {
        return new End(result, reason, message, NOON, 0, List.of(), 0);
    }
}

package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.AgentDirectory.Host;
import dev.penstock.core.testing.WithDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabase
final class StageSettlerTest {
    private final RunFixture runs;

    StageSettlerTest(Database database, Signals signals, EventStore events) {
        runs = new RunFixture(database, signals, events);
    }

    @BeforeEach
    void forget() {
        runs.forget();
    }

    @Test
    void aTrivialRunPassesWithItsOnlyJob() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));

        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);

        assertThat(runs.runs()).containsExactly("deploy/1 PASSED");
        assertThat(runs.stages()).containsExactly("1/build/1 PASSED");
        assertThat(runs.endedStages)
                .hasSize(1)
                .allSatisfy(ended -> assertThat(ended.first()).isTrue());
        assertThat(runs.list("SELECT kind FROM event ORDER BY id"))
                .containsExactly(
                        "run.created", "stage.changed", "job.changed", "job.changed", "stage.changed", "run.changed");
    }

    @Test
    void theNextStageStartsInTheTransactionThatEndsTheOneBefore() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit"), RunFixture.job("lint")),
                RunFixture.stage("ship", RunFixture.job("copy")));

        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);

        assertThat(runs.runs()).containsExactly("deploy/1 ACTIVE");
        assertThat(runs.stages()).containsExactly("1/build/1 PASSED", "1/ship/1 BUILDING");
    }

    @Test
    void oneFailedJobDoesNotStopItsSiblings() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit"), RunFixture.job("lint")),
                RunFixture.stage("ship", RunFixture.job("copy")));

        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.FAILED);

        assertThat(runs.stages()).containsExactly("1/build/1 FAILING");
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);
        assertThat(runs.stages()).containsExactly("1/build/1 FAILED");
        assertThat(runs.runs()).containsExactly("deploy/1 FAILED");
    }

    @Test
    void aManualStageWaitsForAPerson() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.manual("ship", false, RunFixture.job("copy")));

        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);

        assertThat(runs.runs()).containsExactly("deploy/1 WAITING APPROVAL");
    }

    @Test
    void runsThatWaitForABusyStageCollapseToTheNewest() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.stage("ship", RunFixture.job("copy")));
        for (int counter = 1; counter <= 4; counter++) {
            runs.trigger("deploy");
            runs.finish("deploy/" + counter + "/build/1/unit", JobResult.PASSED);
        }

        runs.finish("deploy/1/ship/1/copy", JobResult.FAILED);

        assertThat(runs.runs())
                .containsExactly(
                        "deploy/1 FAILED",
                        "deploy/2 WAITING SUPERSEDED by 4",
                        "deploy/3 WAITING SUPERSEDED by 4",
                        "deploy/4 ACTIVE");
    }

    @Test
    void aStageDoesNotStartWhileThePipelineIsPaused() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.stage("ship", RunFixture.job("copy")));
        runs.trigger("deploy");
        runs.execute("UPDATE pipeline SET paused_at = now(), paused_by = 'eve'");

        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);

        assertThat(runs.runs()).containsExactly("deploy/1 WAITING PAUSED");
    }

    @Test
    void aHostThatIsDownIsShownAndNeitherHangsNorFailsTheStage() {
        runs.hosts.add(new Host(RunFixture.BRUNO, "bruno", false));
        runs.pipeline(
                "deploy", RunFixture.stage("ship", RunFixture.job("copy", RunInstances.ALL_AGENTS, OnAgentLoss.ASK)));

        runs.trigger("deploy");
        runs.finish("deploy/1/ship/1/copy-runOnAll-1", JobResult.PASSED);

        assertThat(runs.jobs())
                .containsExactly("copy-runOnAll-1 FINISHED PASSED", "copy-runOnAll-2 FINISHED CANCELLED AGENT_DOWN");
        assertThat(runs.runs()).containsExactly("deploy/1 PASSED");
    }

    @Test
    void aLaterStageWithoutAnyAgentFailsAtOnceAndInSight() {
        runs.hosts.clear();
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.stage("ship", RunFixture.job("copy", RunInstances.ALL_AGENTS, OnAgentLoss.ASK)));
        runs.trigger("deploy");

        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);

        assertThat(runs.jobs()).contains("copy-runOnAll-1 FINISHED FAILED NO_MATCHING_AGENT");
        assertThat(runs.runs()).containsExactly("deploy/1 FAILED");
    }

    @Test
    void aRunThatWaitsForAStageFindsItAlsoWhereItStoodElsewhereInTheDefinition() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.stage("ship", RunFixture.job("copy")));
        runs.trigger("deploy");
        runs.redefine(
                "deploy",
                RunFixture.stage("prepare", RunFixture.job("fetch")),
                RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");
        runs.finish("deploy/2/prepare/1/fetch", JobResult.PASSED);
        assertThat(runs.runs()).containsExactly("deploy/1 ACTIVE", "deploy/2 WAITING STAGE_BUSY");

        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);

        assertThat(runs.stages())
                .containsExactly("1/build/1 PASSED", "2/prepare/1 PASSED", "1/ship/1 BUILDING", "2/build/1 BUILDING");
    }

    @Test
    void jobsThatEndAtTheSameMomentEndTheStageExactlyOnce() throws Exception {
        runs.pipeline(
                "deploy",
                RunFixture.stage(
                        "build", RunFixture.job("a", new RunInstances(RunInstances.Kind.COUNT, 8), OnAgentLoss.RERUN)),
                RunFixture.stage("ship", RunFixture.job("copy")));
        runs.trigger("deploy");

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> ends = new ArrayList<>();
            for (int index = 1; index <= 8; index++) {
                String job = "deploy/1/build/1/a-runInstance-" + index;
                ends.add(threads.submit(() -> runs.finish(job, JobResult.PASSED)));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        }

        assertThat(runs.stages()).containsExactly("1/build/1 PASSED", "1/ship/1 BUILDING");
    }
}

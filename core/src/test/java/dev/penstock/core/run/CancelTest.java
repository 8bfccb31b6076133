package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobEvent.Ended;
import dev.penstock.core.run.JobEvent.LeaseExpired;
import dev.penstock.core.run.JobEvent.Progress;
import dev.penstock.core.testing.WithDatabase;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cancelling jobs, stages and runs, and deciding about lost jobs. */
@WithDatabase
final class CancelTest {
    private final RunFixture runs;
    private final StageActs stages;
    private final RunActs acts;
    private final JobActs jobs;

    CancelTest(Database database, Signals signals, EventStore events) {
        runs = new RunFixture(database, signals, events);
        stages = runs.feature.stageActs();
        acts = runs.feature.runActs();
        jobs = runs.feature.jobActs();
    }

    @BeforeEach
    void forget() {
        runs.forget();
    }

    private static void assertConflict(String words, ThrowingCallable act) {
        assertThatThrownBy(act)
                .isInstanceOfSatisfying(
                        PenstockException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.CONFLICT))
                .hasMessageContaining(words);
    }

    private void loseLease(String job) {
        runs.execute("UPDATE job_run SET lease_until = now() - interval '1 second' WHERE id = "
                + runs.jobId(job).value());
        runs.apply(job, new LeaseExpired());
    }

    @Test
    void waitingJobsOfACancelledStageEndAtOnceAndHeldOnesWhenTheirAgentSaysSo() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit"), RunFixture.job("lint")),
                RunFixture.stage("ship", RunFixture.job("copy")));
        runs.trigger("deploy");
        runs.claim("deploy/1/build/1/unit");

        stages.cancel(new StagePlace("deploy", 1, "build", 1), "eve");

        assertThat(runs.jobs()).containsExactly("unit CANCELLING", "lint FINISHED CANCELLED CANCELLED");
        assertThat(runs.stages()).containsExactly("1/build/1 BUILDING");
        runs.apply("deploy/1/build/1/unit", new Ended(RunFixture.ALMA, 1, JobResult.PASSED, null, null, Progress.NONE));
        assertThat(runs.stages()).containsExactly("1/build/1 CANCELLED");
        assertThat(runs.runs()).containsExactly("deploy/1 CANCELLED");
        assertThat(runs.one(String.class, "SELECT cancelled_by FROM stage_run")).isEqualTo("eve");
    }

    @Test
    void aSilentAgentKeepsACancelledJobOnlyUntilItsLeaseEnds() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit", RunInstances.ONE, OnAgentLoss.RERUN)));
        runs.trigger("deploy");
        runs.claim("deploy/1/build/1/unit");
        stages.cancel(new StagePlace("deploy", 1, "build", 1), "eve");

        loseLease("deploy/1/build/1/unit");

        assertThat(runs.jobs()).containsExactly("unit FINISHED CANCELLED CANCELLED");
        assertThat(runs.runs()).containsExactly("deploy/1 CANCELLED");
        assertThat(runs.list("SELECT outcome FROM job_attempt")).containsExactly("LOST");
    }

    @Test
    void cancellingTwiceIsOneAct() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");
        runs.claim("deploy/1/build/1/unit");
        JobRunId job = runs.jobId("deploy/1/build/1/unit");

        jobs.cancel(job, "eve");
        jobs.cancel(job, "eve");
        stages.cancel(new StagePlace("deploy", 1, "build", 1), "eve");
        acts.cancel("deploy", 1, "eve");

        assertThat(runs.list("SELECT action || ' ' || object FROM audit"))
                .containsExactly("job.cancel job/deploy/1/build/1/unit");
    }

    @Test
    void whatIsOverCannotBeCancelled() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);

        assertConflict("over", () -> jobs.cancel(runs.jobId("deploy/1/build/1/unit"), "eve"));
        assertConflict("over", () -> stages.cancel(new StagePlace("deploy", 1, "build", 1), "eve"));
        assertConflict("over", () -> acts.cancel("deploy", 1, "eve"));
        assertThat(runs.one(Integer.class, "SELECT count(*) FROM audit")).isZero();
    }

    @Test
    void cancellingARunCancelsTheStageThatIsActive() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.stage("ship", RunFixture.job("copy")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);

        acts.cancel("Deploy", 1, "eve");

        assertThat(runs.stages()).containsExactly("1/build/1 PASSED", "1/ship/1 CANCELLED");
        assertThat(runs.runs()).containsExactly("deploy/1 CANCELLED");
        assertThat(runs.list("SELECT action || ' ' || object FROM audit")).containsExactly("run.cancel run/deploy/1");
    }

    @Test
    void cancellingARunThatWaitsEndsItsWaiting() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.manual("ship", false, RunFixture.job("copy")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);

        acts.cancel("deploy", 1, "eve");

        assertThat(runs.runs()).containsExactly("deploy/1 CANCELLED");
    }

    @Test
    void theCancelledStageMakesRoomForTheNewestRunThatWaitsForIt() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.stage("ship", RunFixture.job("copy")));
        for (int counter = 1; counter <= 3; counter++) {
            runs.trigger("deploy");
            runs.finish("deploy/" + counter + "/build/1/unit", JobResult.PASSED);
        }

        acts.cancel("deploy", 1, "eve");

        assertThat(runs.runs())
                .containsExactly("deploy/1 CANCELLED", "deploy/2 WAITING SUPERSEDED by 3", "deploy/3 ACTIVE");
    }

    @Test
    void aLostJobWaitsForAPersonWhoLetsItRunAgain() {
        runs.pipeline("deploy", RunFixture.stage("ship", RunFixture.job("copy", RunInstances.ONE, OnAgentLoss.ASK)));
        runs.trigger("deploy");
        runs.claim("deploy/1/ship/1/copy");
        loseLease("deploy/1/ship/1/copy");
        assertThat(runs.jobs()).containsExactly("copy LOST AGENT_LOST");

        jobs.rerun(runs.jobId("deploy/1/ship/1/copy"), "eve");
        runs.finish("deploy/1/ship/1/copy", JobResult.PASSED);

        assertThat(runs.runs()).containsExactly("deploy/1 PASSED");
        assertThat(runs.list("SELECT attempt || ' ' || outcome FROM job_attempt ORDER BY attempt"))
                .containsExactly("1 LOST", "2 PASSED");
    }

    @Test
    void aLostJobThatIsGivenUpFails() {
        runs.pipeline("deploy", RunFixture.stage("ship", RunFixture.job("copy", RunInstances.ONE, OnAgentLoss.ASK)));
        runs.trigger("deploy");
        runs.claim("deploy/1/ship/1/copy");
        loseLease("deploy/1/ship/1/copy");

        jobs.giveUp(runs.jobId("deploy/1/ship/1/copy"), "eve");

        assertThat(runs.jobs()).containsExactly("copy FINISHED FAILED AGENT_LOST");
        assertThat(runs.runs()).containsExactly("deploy/1 FAILED");
        assertThat(runs.list("SELECT action FROM audit")).containsExactly("job.give_up");
    }

    @Test
    void onlyALostJobWaitsForADecision() {
        runs.pipeline("deploy", RunFixture.stage("ship", RunFixture.job("copy")));
        runs.trigger("deploy");
        JobRunId job = runs.jobId("deploy/1/ship/1/copy");

        assertConflict("SCHEDULED", () -> jobs.rerun(job, "eve"));
        assertConflict("SCHEDULED", () -> jobs.giveUp(job, "eve"));
        assertThatThrownBy(() -> jobs.cancel(new JobRunId(4711), "eve")).hasMessageContaining("\"4711\"");
    }

    @Test
    void aRunWithALostJobCanBeCancelled() {
        runs.pipeline("deploy", RunFixture.stage("ship", RunFixture.job("copy", RunInstances.ONE, OnAgentLoss.ASK)));
        runs.trigger("deploy");
        runs.claim("deploy/1/ship/1/copy");
        loseLease("deploy/1/ship/1/copy");

        acts.cancel("deploy", 1, "eve");

        assertThat(runs.runs()).containsExactly("deploy/1 CANCELLED");
    }

    @Test
    void aCommentReplacesTheOneBefore() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");

        acts.comment("deploy", 1, "  bad disk ", "eve");
        acts.comment("deploy", 1, "bad cable", "eve");
        assertThat(runs.list("SELECT comment FROM pipeline_run")).containsExactly("bad cable");
        acts.comment("deploy", 1, " ", "eve");

        assertThat(runs.one(Integer.class, "SELECT count(comment) FROM pipeline_run"))
                .isZero();
        assertThatThrownBy(() -> acts.comment("deploy", 1, "x".repeat(RunActs.MAX_COMMENT_CHARS + 1), "eve"))
                .hasMessageContaining("4001");
    }
}

package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.AgentDirectory.Host;
import dev.penstock.core.run.StageActs.Again;
import dev.penstock.core.testing.WithDatabase;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabase
final class StageActsTest {
    private static final Again WHOLE = new Again.Whole();
    private static final Again FAILED = new Again.Failed();

    private final RunFixture runs;
    private final StageActs acts;

    StageActsTest(Database database, Signals signals, EventStore events) {
        runs = new RunFixture(database, signals, events);
        acts = runs.feature.stageActs();
    }

    @BeforeEach
    void forget() {
        runs.forget();
    }

    private void twoStages() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.manual("ship", false, RunFixture.job("copy")));
    }

    private static void assertRefused(ErrorCode code, String words, ThrowingCallable act) {
        assertThatThrownBy(act)
                .isInstanceOfSatisfying(
                        PenstockException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    @Test
    void aPersonStartsTheStageThatWaitsForApproval() {
        twoStages();
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);

        StagePlace started = acts.start("DEPLOY", 1, "Ship", "eve");

        assertThat(started).isEqualTo(new StagePlace("deploy", 1, "ship", 1));
        assertThat(runs.runs()).containsExactly("deploy/1 ACTIVE");
        assertThat(runs.list("SELECT name || ' ' || approved_by FROM stage_run ORDER BY id"))
                .containsExactly("build changes", "ship eve");
        assertThat(runs.list("SELECT actor || ' ' || action || ' ' || object FROM audit"))
                .containsExactly("eve stage.start stage/deploy/1/ship/1");
        runs.finish("deploy/1/ship/1/copy", JobResult.PASSED);
        assertThat(runs.runs()).containsExactly("deploy/1 PASSED");
    }

    @Test
    void aStageThatHasBeenRunIsNotStartedTwiceByTwoClicks() {
        twoStages();
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        acts.start("deploy", 1, "ship", "eve");

        assertRefused(ErrorCode.ALREADY_RUNNING, "\"ship\"", () -> acts.start("deploy", 1, "ship", "eve"));

        runs.finish("deploy/1/ship/1/copy", JobResult.PASSED);
        assertRefused(ErrorCode.CONFLICT, "run \"ship/1\" again", () -> acts.start("deploy", 1, "ship", "eve"));
        assertThat(runs.stages()).containsExactly("1/build/1 PASSED", "1/ship/1 PASSED");
        assertThat(runs.one(Integer.class, "SELECT count(*) FROM audit")).isOne();
    }

    @Test
    void nothingStartsInAPausedPipeline() {
        twoStages();
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.execute("UPDATE pipeline SET paused_at = now(), paused_by = 'eve'");

        assertRefused(ErrorCode.PAUSED, "unpause", () -> acts.start("deploy", 1, "ship", "eve"));
        assertRefused(
                ErrorCode.PAUSED, "unpause", () -> acts.rerun(new StagePlace("deploy", 1, "build", 1), WHOLE, "eve"));
    }

    @Test
    void aStageStartsInOneRunAtATime() {
        twoStages();
        for (int counter = 1; counter <= 2; counter++) {
            runs.trigger("deploy");
            runs.finish("deploy/" + counter + "/build/1/unit", JobResult.PASSED);
        }
        acts.start("deploy", 1, "ship", "eve");

        assertRefused(ErrorCode.ALREADY_RUNNING, "deploy/1", () -> acts.start("deploy", 2, "ship", "eve"));
    }

    @Test
    void aStageStartsOnlyAfterTheOneBefore() {
        twoStages();
        runs.trigger("deploy");

        assertRefused(ErrorCode.ALREADY_RUNNING, "\"build\"", () -> acts.start("deploy", 1, "ship", "eve"));
        assertRefused(ErrorCode.NOT_FOUND, "\"boat\"", () -> acts.start("deploy", 1, "boat", "eve"));
        assertRefused(ErrorCode.NOT_FOUND, "\"deploy/7\"", () -> acts.start("deploy", 7, "ship", "eve"));
    }

    @Test
    void allowOnlyOnSuccessHoldsForPeopleToo() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.manual("ship", true, RunFixture.job("copy")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.FAILED);

        assertRefused(ErrorCode.NOT_RUNNABLE, "FAILED", () -> acts.start("deploy", 1, "ship", "eve"));

        acts.rerun(new StagePlace("deploy", 1, "build", 1), FAILED, "eve");
        runs.finish("deploy/1/build/2/unit", JobResult.PASSED);
        assertThat(acts.start("deploy", 1, "ship", "eve").counter()).isOne();
    }

    @Test
    void withoutThatAPersonMayGoPastAFailedStageAndTheRunRemembersIt() {
        twoStages();
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.FAILED);

        acts.start("deploy", 1, "ship", "eve");
        runs.finish("deploy/1/ship/1/copy", JobResult.PASSED);

        assertThat(runs.runs()).containsExactly("deploy/1 FAILED");
    }

    @Test
    void aRerunOfAStageIsFollowedByTheAutomaticStagesAfterIt() {
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.stage("ship", RunFixture.job("copy")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/ship/1/copy", JobResult.PASSED);

        StagePlace again = acts.rerun(new StagePlace("deploy", 1, "build", 1), WHOLE, "eve");
        runs.finish("deploy/1/build/2/unit", JobResult.PASSED);

        assertThat(again.counter()).isEqualTo(2);
        assertThat(runs.stages())
                .containsExactly("1/build/1 PASSED", "1/ship/1 PASSED", "1/build/2 PASSED", "1/ship/2 BUILDING");
        assertThat(runs.list("SELECT name || '/' || counter FROM stage_run WHERE latest ORDER BY name"))
                .containsExactly("build/2", "ship/2");
    }

    @Test
    void aRerunOfFailedJobsTakesOverTheOthers() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit"), RunFixture.job("lint")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.FAILED);

        acts.rerun(new StagePlace("deploy", 1, "build", 1), FAILED, "eve");

        assertThat(runs.list("""
                        SELECT s.counter || '/' || j.name || ' ' || j.state
                               || COALESCE(' copy of ' || o.name, '') || COALESCE(' again of ' || s.rerun_of_counter, '')
                          FROM job_run j JOIN stage_run s ON s.id = j.stage_run_id
                          LEFT JOIN job_run o ON o.id = j.copied_from_id
                         WHERE s.counter = 2
                         ORDER BY j.name
                        """))
                .containsExactly("2/lint SCHEDULED again of 1", "2/unit FINISHED copy of unit again of 1");
        runs.finish("deploy/1/build/2/lint", JobResult.PASSED);
        assertThat(runs.stages()).containsExactly("1/build/1 FAILED", "1/build/2 PASSED");
        assertThat(runs.runs()).containsExactly("deploy/1 PASSED");
    }

    @Test
    void aJobCopiedTwiceStillPointsToTheOneThatRan() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit"), RunFixture.job("lint")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.FAILED);
        acts.rerun(new StagePlace("deploy", 1, "build", 1), FAILED, "eve");
        runs.finish("deploy/1/build/2/lint", JobResult.FAILED);

        acts.rerun(new StagePlace("deploy", 1, "build", 2), FAILED, "eve");

        long original = runs.jobId("deploy/1/build/1/unit").value();
        assertThat(runs.one(
                        Long.class,
                        "SELECT copied_from_id FROM job_run WHERE id = "
                                + runs.jobId("deploy/1/build/3/unit").value()))
                .isEqualTo(original);
        assertThat(runs.list(
                        "SELECT counter || ' of ' || rerun_of_counter FROM stage_run WHERE counter > 1 ORDER BY id"))
                .containsExactly("2 of 1", "3 of 1");
    }

    @Test
    void chosenJobsMayBeOneInstanceOrAllOfAJob() {
        runs.pipeline(
                "deploy",
                RunFixture.stage(
                        "build",
                        RunFixture.job("a", new RunInstances(RunInstances.Kind.COUNT, 2), OnAgentLoss.RERUN),
                        RunFixture.job("b")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/a-runInstance-1", JobResult.PASSED);
        runs.finish("deploy/1/build/1/a-runInstance-2", JobResult.PASSED);
        runs.finish("deploy/1/build/1/b", JobResult.PASSED);

        acts.rerun(new StagePlace("deploy", 1, "build", 1), new Again.Chosen(List.of("A-runInstance-2")), "eve");
        assertThat(runs.waiting()).containsExactly("a-runInstance-2");
        runs.finish("deploy/1/build/2/a-runInstance-2", JobResult.PASSED);
        acts.rerun(new StagePlace("deploy", 1, "build", 2), new Again.Chosen(List.of("a")), "eve");

        assertThat(runs.waiting()).containsExactly("a-runInstance-1", "a-runInstance-2");
    }

    @Test
    void aRerunIsRefusedWithAReasonThatHelps() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");
        var first = new StagePlace("deploy", 1, "build", 1);

        assertRefused(ErrorCode.ALREADY_RUNNING, "not over", () -> acts.rerun(first, WHOLE, "eve"));
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        assertRefused(ErrorCode.NOT_RUNNABLE, "No job", () -> acts.rerun(first, FAILED, "eve"));
        assertRefused(ErrorCode.INVALID, "at least one", () -> acts.rerun(first, new Again.Chosen(List.of()), "eve"));
        assertRefused(
                ErrorCode.NOT_FOUND, "\"lint\"", () -> acts.rerun(first, new Again.Chosen(List.of("lint")), "eve"));
        assertRefused(
                ErrorCode.NOT_FOUND,
                "deploy/1/build/2",
                () -> acts.rerun(new StagePlace("deploy", 1, "build", 2), WHOLE, "eve"));

        acts.rerun(first, WHOLE, "eve");
        runs.finish("deploy/1/build/2/unit", JobResult.PASSED);
        assertRefused(ErrorCode.SUPERSEDED, "build/2", () -> acts.rerun(first, WHOLE, "eve"));
    }

    @Test
    void anInstanceForOneHostRunsAgainOnThatHost() {
        runs.hosts.add(new Host(RunFixture.BRUNO, "bruno", true));
        runs.pipeline(
                "deploy", RunFixture.stage("ship", RunFixture.job("copy", RunInstances.ALL_AGENTS, OnAgentLoss.ASK)));
        runs.trigger("deploy");
        runs.finish("deploy/1/ship/1/copy-runOnAll-1", JobResult.PASSED);
        runs.finish("deploy/1/ship/1/copy-runOnAll-2", JobResult.FAILED);

        acts.rerun(new StagePlace("deploy", 1, "ship", 1), FAILED, "eve");

        assertThat(runs.list("SELECT name || ' ' || pinned_agent_name FROM job_run WHERE state = 'SCHEDULED'"))
                .containsExactly("copy-runOnAll-2 bruno");
    }

    @Test
    void aHostThatIsStillDownIsSaidSo() {
        runs.hosts.add(new Host(RunFixture.BRUNO, "bruno", false));
        runs.pipeline(
                "deploy", RunFixture.stage("ship", RunFixture.job("copy", RunInstances.ALL_AGENTS, OnAgentLoss.ASK)));
        runs.trigger("deploy");
        runs.finish("deploy/1/ship/1/copy-runOnAll-1", JobResult.PASSED);
        var place = new StagePlace("deploy", 1, "ship", 1);

        assertRefused(ErrorCode.NO_MATCHING_AGENT, "\"bruno\"", () -> acts.rerun(place, FAILED, "eve"));

        runs.hosts.set(1, new Host(RunFixture.BRUNO, "bruno", true));
        acts.rerun(place, FAILED, "eve");
        assertThat(runs.waiting()).containsExactly("copy-runOnAll-2");
    }

    @Test
    void aJobThatFoundNoHostFindsAllThatThereAreNow() {
        runs.hosts.clear();
        runs.pipeline(
                "deploy",
                RunFixture.stage("build", RunFixture.job("unit")),
                RunFixture.stage("ship", RunFixture.job("copy", RunInstances.ALL_AGENTS, OnAgentLoss.ASK)));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.hosts.add(new Host(RunFixture.ALMA, "alma", true));
        runs.hosts.add(new Host(RunFixture.BRUNO, "bruno", true));

        acts.rerun(new StagePlace("deploy", 1, "ship", 1), FAILED, "eve");

        assertThat(runs.waiting()).containsExactly("copy-runOnAll-1", "copy-runOnAll-2");
    }

    @Test
    void aRerunUsesTheDefinitionThatTheRunBeganWith() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.FAILED);
        runs.redefine("deploy", RunFixture.stage("build", RunFixture.job("other")));

        acts.rerun(new StagePlace("deploy", 1, "build", 1), WHOLE, "eve");

        assertThat(runs.waiting()).containsExactly("unit");
    }

    @Test
    void keepingArtifactsIsRecordedOnce() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");
        var place = new StagePlace("Deploy", 1, "Build", 1);

        acts.keepArtifacts(place, true, "eve");
        acts.keepArtifacts(place, true, "eve");

        assertThat(runs.one(Boolean.class, "SELECT keep_artifacts FROM stage_run"))
                .isTrue();
        assertThat(runs.list("SELECT object || ' ' || detail FROM audit"))
                .containsExactly("stage/deploy/1/build/1 {\"keep\": true}");
    }
}

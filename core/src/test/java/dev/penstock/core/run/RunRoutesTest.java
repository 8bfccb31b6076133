package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What people do with runs, over HTTP. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RunRoutesTest {
    private static final String RUN = "/api/v1/pipelines/deploy/runs/1";

    private final RunFixture runs;
    private final TestServer server;
    private final ApiClient api;

    RunRoutesTest(Database database, Signals signals, EventStore events) {
        runs = new RunFixture(database, signals, events);
        server = TestServer.on(database, signals, events).start();
        api = server.api();
    }

    @BeforeEach
    void begin() {
        runs.forget();
        runs.pipeline(
                "deploy",
                // Started by people, so that the server's own scheduler starts nothing meanwhile.
                RunFixture.manual("build", false, RunFixture.job("unit"), RunFixture.job("lint")),
                RunFixture.manual("ship", true, RunFixture.job("copy")));
        runs.trigger("deploy");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void aStageIsApprovedByStartingIt() {
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);

        var answer = api.post("/api/v1/pipelines/Deploy/runs/1/stages/SHIP").expect(201);

        assertThat(answer.header("Location")).isEqualTo(RUN + "/stages/ship/1");
        assertThat(answer.json().path("stage").asText()).isEqualTo("ship");
        api.post(RUN + "/stages/ship").expectProblem(409, "already_running");
    }

    @Test
    void aStageThatMayNotStartSaysWhy() {
        runs.finish("deploy/1/build/1/unit", JobResult.FAILED);
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);

        api.post(RUN + "/stages/ship").expectProblem(409, "not_runnable");

        runs.execute("UPDATE pipeline SET paused_at = now(), paused_by = 'eve'");
        api.post(RUN + "/stages/ship").expectProblem(409, "paused");
        api.post(RUN + "/stages/boat").expectProblem(404, "not_found");
        api.post("/api/v1/pipelines/deploy/runs/0/stages/ship").expectProblem(404, "not_found");
        api.post("/api/v1/pipelines/deploy/runs/one/stages/ship").expectProblem(404, "not_found");
    }

    @Test
    void aStageRunsAgainAsAWholeOrInPart() {
        runs.finish("deploy/1/build/1/unit", JobResult.FAILED);
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);

        api.post(RUN + "/stages/build/1/rerun", Map.of("failed", true)).expect(201);
        assertThat(runs.waiting()).containsExactly("unit");
        runs.finish("deploy/1/build/2/unit", JobResult.FAILED);
        api.post(RUN + "/stages/build/2/rerun", Map.of("jobs", List.of("lint"))).expect(201);
        assertThat(runs.waiting()).containsExactly("lint");
        runs.finish("deploy/1/build/3/lint", JobResult.FAILED);
        api.post(RUN + "/stages/build/3/rerun").expect(201);

        assertThat(runs.waiting()).containsExactly("lint", "unit");
    }

    @Test
    void aRerunThatCannotBeIsRefused() {
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);
        String rerun = RUN + "/stages/build/1/rerun";

        api.post(rerun, Map.of("failed", true)).expectProblem(409, "not_runnable");
        api.post(rerun, Map.of("jobs", List.of())).expectProblem(422, "invalid");
        api.post(rerun, Map.of("jobs", List.of("x"))).expectProblem(404, "not_found");
        api.post(rerun, "{\"jobs\": [null]}").expectProblem(422, "invalid");
        api.post(rerun, Map.of("jobs", List.of("unit"), "failed", true)).expectProblem(422, "invalid");
        api.post(rerun, Map.of("all", true)).expectProblem(422, "invalid");
        api.post(RUN + "/stages/build/2147483648/rerun").expectProblem(404, "not_found");
    }

    @Test
    void whatAnAgentHasIsCancelledWhenTheAgentSaysSo() {
        runs.claim("deploy/1/build/1/unit");
        long job = runs.jobId("deploy/1/build/1/unit").value();

        api.post("/api/v1/jobs/" + job + "/cancel").expect(202);

        assertThat(runs.jobs()).containsExactly("unit CANCELLING", "lint SCHEDULED");
        api.post("/api/v1/jobs/" + job + "/rerun").expectProblem(409, "conflict");
        api.post("/api/v1/jobs/" + job + "/give-up").expectProblem(409, "conflict");
        api.post("/api/v1/jobs/4711/cancel").expectProblem(404, "not_found");
    }

    @Test
    void aRunThatNobodyHasBegunIsCancelledAtOnce() {
        api.post(RUN + "/cancel").expect(202);

        assertThat(runs.runs()).containsExactly("deploy/1 CANCELLED");
        api.post(RUN + "/cancel").expectProblem(409, "conflict");
    }

    @Test
    void aStageIsCancelledByWhoeverAsksFirst() {
        runs.claim("deploy/1/build/1/unit");

        api.post(RUN + "/stages/build/1/cancel").expect(202);
        api.post(RUN + "/stages/build/1/cancel").expect(202);

        assertThat(runs.jobs()).containsExactly("unit CANCELLING", "lint FINISHED CANCELLED CANCELLED");
        assertThat(runs.list("SELECT action FROM audit")).containsExactly("stage.cancel");
    }

    @Test
    void aPersonDecidesAboutALostJob() {
        runs.pipeline(
                "ship", RunFixture.manual("copy", false, RunFixture.job("all", RunInstances.ONE, OnAgentLoss.ASK)));
        runs.trigger("ship");
        for (String decision : List.of("rerun", "give-up")) {
            runs.claim("ship/1/copy/1/all");
            runs.execute("UPDATE job_run SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL");
            runs.apply("ship/1/copy/1/all", new JobEvent.LeaseExpired());

            api.post("/api/v1/jobs/" + runs.jobId("ship/1/copy/1/all").value() + "/" + decision)
                    .expect(202);
        }

        assertThat(runs.runs()).containsExactly("deploy/1 ACTIVE", "ship/1 FAILED");
    }

    @Test
    void aRequestThatIsRepeatedUnderItsKeyStartsAStageOnce() {
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);

        for (int time = 1; time <= 2; time++) {
            api.request("POST", RUN + "/stages/build/1/rerun")
                    .header("Idempotency-Key", "once")
                    .send()
                    .expect(201);
        }

        assertThat(runs.stages()).containsExactly("1/build/1 PASSED", "1/build/2 BUILDING");
    }

    @Test
    void aStageThatIsOverIsNotCancelled() {
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.FAILED);

        api.post(RUN + "/stages/build/1/cancel").expectProblem(409, "conflict");
        api.post(RUN + "/cancel").expectProblem(409, "conflict");
        api.post(RUN + "/stages/build/2/cancel").expectProblem(404, "not_found");
        api.post("/api/v1/pipelines/deploy/runs/7/cancel").expectProblem(404, "not_found");
    }

    @Test
    void aRunCarriesAComment() {
        api.patch(RUN, Map.of("comment", "bad cable")).expect(204);

        assertThat(runs.list("SELECT comment FROM pipeline_run")).containsExactly("bad cable");
        api.patch(RUN, Map.of()).expectProblem(422, "invalid");
        api.patch(RUN, Map.of("comment", "x".repeat(4_001))).expectProblem(422, "invalid");
    }

    @Test
    void theArtifactsOfAStageAreKept() {
        api.patch(RUN + "/stages/build/1", Map.of("keep_artifacts", true)).expect(204);

        assertThat(runs.one(Boolean.class, "SELECT keep_artifacts FROM stage_run"))
                .isTrue();
        api.patch(RUN + "/stages/build/1", Map.of()).expectProblem(422, "invalid");
    }
}

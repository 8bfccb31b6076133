package dev.penstock.core.insight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobEvent.Ended;
import dev.penstock.core.run.JobEvent.LeaseExpired;
import dev.penstock.core.run.JobEvent.Progress;
import dev.penstock.core.run.JobReason;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Runs, stages and jobs as people see them over HTTP. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class InsightRoutesTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final RunFixture runs;
    private final TestServer server;
    private final ApiClient api;

    InsightRoutesTest(Database database, Signals signals, EventStore events) {
        runs = new RunFixture(database, signals, events);
        server = TestServer.on(database, signals, events).start();
        api = server.api();
    }

    @BeforeEach
    void forget() {
        runs.forget();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private void twoStages(String name) {
        runs.pipeline(
                name,
                RunFixture.stage("build", RunFixture.job("unit"), RunFixture.job("lint")),
                RunFixture.manual("ship", true, RunFixture.job("copy")));
    }

    private static List<String> texts(JsonNode list, String field) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.path(field).asText()));
        return texts;
    }

    private List<String> labels(String path) {
        List<String> found = new ArrayList<>();
        api.get(path)
                .expect(200)
                .json()
                .path("items")
                .forEach(run -> found.add(run.path("pipeline").asText() + "/"
                        + run.path("counter").asText()));
        return found;
    }

    @Test
    void theDashboardIsSentOnceAndThenOnlyWhenItHasChanged() {
        twoStages("deploy");
        runs.trigger("deploy");
        var first = api.request("GET", "/api/v1/dashboard").send().expect(200);
        String tag = Objects.requireNonNull(first.header("ETag"));

        api.request("GET", "/api/v1/dashboard")
                .header("If-None-Match", tag)
                .send()
                .expect(304);
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);
        JsonNode second = api.request("GET", "/api/v1/dashboard")
                .header("If-None-Match", tag)
                .send()
                .expect(200)
                .json();

        assertThat(second.at("/groups/0/pipelines/0/runs/0/waiting/code").asText())
                .isEqualTo("APPROVAL");
        assertThat(second.at("/counts/by_state/WAITING").asInt()).isOne();
    }

    @Test
    void theNewestRunsOfAllPipelinesComeFirstPageByPage() {
        twoStages("deploy");
        runs.pipeline("docs", RunFixture.stage("build", RunFixture.job("html")));
        runs.trigger("deploy");
        runs.trigger("docs");
        runs.finish("docs/1/build/1/html", JobResult.PASSED);
        runs.trigger("docs");

        JsonNode first = api.get("/api/v1/runs?limit=2").expect(200).json();

        assertThat(texts(first.path("items"), "pipeline")).containsExactly("docs", "docs");
        assertThat(texts(first.path("items").path(1).path("stages"), "state")).containsExactly("PASSED");
        assertThat(labels("/api/v1/runs?limit=2&after=" + first.path("next").asText()))
                .containsExactly("deploy/1");
        assertThat(labels("/api/v1/pipelines/Docs/runs?limit=1&after=2")).containsExactly("docs/1");
    }

    @Test
    void runsAreFilteredByStatePipelineGroupAndAge() {
        twoStages("deploy");
        runs.pipeline("docs", RunFixture.stage("build", RunFixture.job("html")));
        runs.trigger("docs");
        runs.finish("docs/1/build/1/html", JobResult.FAILED);
        runs.trigger("docs");
        runs.trigger("deploy");
        runs.execute("UPDATE pipeline_run SET created_at = '2020-01-01T00:00:00Z' WHERE state = 'FAILED'");
        runs.execute("INSERT INTO pipeline_group (name_key, name) VALUES ('books', 'Books')");
        runs.execute("UPDATE pipeline SET group_key = 'books' WHERE name = 'docs'");

        assertThat(labels("/api/v1/runs?state=FAILED")).containsExactly("docs/1");
        assertThat(labels("/api/v1/runs?pipeline=DOCS")).containsExactly("docs/2", "docs/1");
        assertThat(labels("/api/v1/runs?group=books&state=ACTIVE")).containsExactly("docs/2");
        assertThat(labels("/api/v1/runs?group=books&pipeline=deploy")).isEmpty();
        assertThat(labels("/api/v1/runs?since=2026-01-01T00:00:00Z")).containsExactly("deploy/1", "docs/2");
        api.get("/api/v1/runs?state=LOST").expectProblem(400, "bad_request");
        api.get("/api/v1/runs?since=yesterday").expectProblem(400, "bad_request");
        api.get("/api/v1/runs?pipeline=nothing").expectProblem(404, "not_found");
        api.get("/api/v1/runs?group=nothing").expectProblem(404, "not_found");
        api.get("/api/v1/runs?colour=red").expectProblem(400, "unknown_parameter");
        api.get("/api/v1/pipelines/nothing/runs").expectProblem(404, "not_found");
    }

    @Test
    void aRunSaysWhatItWaitsForAndWhatWouldHelp() {
        twoStages("deploy");
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);

        JsonNode run = api.get("/api/v1/pipelines/DEPLOY/runs/1").expect(200).json();

        assertThat(run.path("state").asText()).isEqualTo("WAITING");
        assertThat(run.path("waiting").path("code").asText()).isEqualTo("APPROVAL");
        assertThat(run.path("waiting").path("message").asText()).contains("\"ship\"", "start it");
        assertThat(texts(run.path("stages"), "approval")).containsExactly("SUCCESS", "MANUAL");
        assertThat(run.path("stages").path(1).has("refusal")).isFalse();
        assertThat(texts(run.path("stages").path(0).path("runs").path(0).path("jobs"), "name"))
                .containsExactly("unit", "lint");
    }

    @Test
    void aStageThatCannotBeStartedSaysTheCodeThatTheAttemptWouldGet() {
        twoStages("deploy");
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.FAILED);
        runs.finish("deploy/1/build/1/lint", JobResult.PASSED);

        JsonNode refusal = api.get("/api/v1/pipelines/deploy/runs/1")
                .json()
                .path("stages")
                .path(1)
                .path("refusal");

        assertThat(refusal.path("code").asText()).isEqualTo("not_runnable");
        api.post("/api/v1/pipelines/deploy/runs/1/stages/ship")
                .expectProblem(409, refusal.path("code").asText());
    }

    @Test
    void aRunShowsTheChangesThatAreNewInIt() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.commit("deploy", "r2", "second");
        runs.commit("deploy", "r3", "third");
        runs.trigger("deploy");

        JsonNode material = api.get("/api/v1/pipelines/deploy/runs/2")
                .expect(200)
                .json()
                .path("materials")
                .path(0);

        assertThat(material.path("name").asText()).isEqualTo("code");
        assertThat(material.path("revision").asText()).isEqualTo("r3");
        assertThat(material.path("from_revision").asText()).isEqualTo("r2");
        assertThat(texts(material.path("changes"), "comment")).containsExactly("third", "second");
        assertThat(texts(material.path("changes"), "author")).containsOnly("Grace");
        assertThat(material.at("/changes/0/files/0/path").asText()).isEqualTo("b.txt");
    }

    @Test
    void secureVariablesAreNamedAndNotShown() {
        var job = new JobDefinition(
                "unit",
                RunInstances.ONE,
                List.of(),
                null,
                null,
                null,
                null,
                OnAgentLoss.RERUN,
                List.of(new Variable("MODE", "job", null)),
                List.of(),
                List.of(),
                List.of());
        var stage = new StageDefinition(
                "build",
                true,
                false,
                false,
                Approval.AUTOMATIC,
                List.of(new Variable("MODE", "stage", null), new Variable("LEVEL", "7", null)),
                List.of(job));
        runs.pipeline(
                "deploy",
                List.of(
                        new Variable("PASSWORD", null, new SecretRef(4711)),
                        new Variable("MODE", "pipeline", null),
                        new Variable("REGION", "north", null)),
                stage);
        runs.trigger("deploy");
        runs.execute("UPDATE pipeline_run SET overrides = '[{\"name\": \"REGION\", \"value\": \"south\"}]'");

        JsonNode ofRun = api.get("/api/v1/pipelines/deploy/runs/1").expect(200).json();
        JsonNode ofJob = api.get("/api/v1/pipelines/deploy/runs/1/stages/build/1/jobs/UNIT")
                .expect(200)
                .json();

        assertThat(ofRun.path("variables").toString()).isEqualTo("""
                        [{"name":"PASSWORD","secure":true,"from":"PIPELINE"},\
                        {"name":"MODE","value":"pipeline","secure":false,"from":"PIPELINE"},\
                        {"name":"REGION","value":"south","secure":false,"from":"TRIGGER"}]""");
        assertThat(texts(ofJob.path("variables"), "from")).containsExactly("PIPELINE", "JOB", "TRIGGER", "STAGE");
        assertThat(ofJob.toString()).doesNotContain("4711");
    }

    @Test
    void aJobKeepsAllItsAttemptsWithTheirAgentsAndTasks() {
        twoStages("deploy");
        runs.trigger("deploy");
        runs.claim("deploy/1/build/1/unit");
        runs.execute("UPDATE job_run SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL");
        runs.apply("deploy/1/build/1/unit", new LeaseExpired());
        runs.claim("deploy/1/build/1/unit");
        runs.apply(
                "deploy/1/build/1/unit",
                new Ended(
                        RunFixture.ALMA,
                        2,
                        JobResult.FAILED,
                        JobReason.TASK_FAILED,
                        "exit code 3",
                        new Progress(
                                List.of(
                                        new PhaseEntered(Phase.PREPARING, NOON),
                                        new PhaseEntered(Phase.BUILDING, NOON)),
                                List.of(new TaskRun(0, "make", TaskState.FAILED, 120, NOON, NOON.plusSeconds(2), 3)))));
        long id = runs.jobId("deploy/1/build/1/unit").value();

        JsonNode job = api.get("/api/v1/jobs/" + id).expect(200).json();

        assertThat(job.path("result").asText()).isEqualTo("FAILED");
        assertThat(job.path("message").asText()).isEqualTo("exit code 3");
        assertThat(texts(job.path("attempts"), "outcome")).containsExactly("FAILED", "LOST");
        assertThat(job.at("/attempts/0/agent/name").asText()).isEqualTo("alma");
        assertThat(job.at("/attempts/0/tasks/0/console_offset").asInt()).isEqualTo(120);
        assertThat(job.at("/attempts/0/tasks/0/exit_code").asInt()).isEqualTo(3);
        assertThat(texts(job.path("attempts").path(0).path("phases"), "phase"))
                .containsExactly("PREPARING", "BUILDING");
        JsonNode steps = api.get("/api/v1/jobs/" + id + "/transitions")
                .expect(200)
                .json()
                .path("items");
        assertThat(texts(steps, "event")).containsExactly("CREATED", "CLAIMED", "LEASE_EXPIRED", "CLAIMED", "ENDED");
        assertThat(texts(steps, "state")).containsExactly("SCHEDULED", "ASSIGNED", "SCHEDULED", "ASSIGNED", "FINISHED");
        api.get("/api/v1/jobs/4711").expectProblem(404, "not_found");
        api.get("/api/v1/jobs/first").expectProblem(404, "not_found");
    }

    @Test
    void aLostJobSaysThatAPersonMustDecide() {
        runs.pipeline("deploy", RunFixture.stage("ship", RunFixture.job("copy", RunInstances.ONE, OnAgentLoss.ASK)));
        runs.trigger("deploy");
        runs.claim("deploy/1/ship/1/copy");
        runs.execute("UPDATE job_run SET lease_until = now() - interval '1 second'");
        runs.apply("deploy/1/ship/1/copy", new LeaseExpired());

        JsonNode job = api.get("/api/v1/pipelines/deploy/runs/1/stages/ship/1/jobs/copy")
                .expect(200)
                .json();

        assertThat(job.path("state").asText()).isEqualTo("LOST");
        assertThat(job.path("reason").asText()).isEqualTo("AGENT_LOST");
        assertThat(job.path("remedy").asText()).contains("run again", "give it up");
        assertThat(api.get("/api/v1/runs").json().at("/items/0/lost_jobs").asInt())
                .isOne();
        assertThat(api.get("/api/v1/dashboard")
                        .json()
                        .at("/groups/0/pipelines/0/runs/0/lost_jobs")
                        .asInt())
                .isOne();
    }

    @Test
    void aJobThatWasTakenOverShowsTheAttemptsOfTheOneThatRan() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit"), RunFixture.job("lint")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.finish("deploy/1/build/1/lint", JobResult.FAILED);
        api.post("/api/v1/pipelines/deploy/runs/1/stages/build/1/rerun", Map.of("failed", true))
                .expect(201);

        JsonNode stage = api.get("/api/v1/pipelines/deploy/runs/1/stages/BUILD/2")
                .expect(200)
                .json();
        JsonNode unit = api.get(
                        "/api/v1/jobs/" + runs.jobId("deploy/1/build/2/unit").value())
                .expect(200)
                .json();

        assertThat(stage.path("counters").toString()).isEqualTo("[2,1]");
        assertThat(stage.path("rerun_of_counter").asInt()).isOne();
        assertThat(stage.path("refusal").path("code").asText()).isEqualTo("already_running");
        assertThat(unit.path("copied_from_id").asLong())
                .isEqualTo(runs.jobId("deploy/1/build/1/unit").value());
        assertThat(texts(unit.path("attempts"), "outcome")).containsExactly("PASSED");
        assertThat(api.get("/api/v1/pipelines/deploy/runs/1/stages/build/1")
                        .json()
                        .path("refusal")
                        .path("code")
                        .asText())
                .isEqualTo("superseded");
        api.get("/api/v1/pipelines/deploy/runs/1/stages/build/3").expectProblem(404, "not_found");
    }

    @Test
    void twoRunsAreComparedWhicheverIsNamedFirst() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        runs.trigger("deploy");
        runs.finish("deploy/1/build/1/unit", JobResult.PASSED);
        runs.commit("deploy", "r2", "second");
        runs.trigger("deploy");
        runs.finish("deploy/2/build/1/unit", JobResult.PASSED);
        runs.commit("deploy", "r3", "third");
        runs.trigger("deploy");
        runs.finish("deploy/3/build/1/unit", JobResult.PASSED);
        runs.redefine("deploy", RunFixture.stage("other", RunFixture.job("unit")));
        runs.trigger("deploy");

        JsonNode forward = api.get("/api/v1/pipelines/deploy/compare?from=1&to=3")
                .expect(200)
                .json();

        assertThat(texts(forward.path("materials").path(0).path("changes"), "revision"))
                .containsExactly("r3", "r2");
        assertThat(forward.path("definition_changes").isEmpty()).isTrue();
        assertThat(api.get("/api/v1/pipelines/deploy/compare?from=3&to=1")
                        .expect(200)
                        .json())
                .isEqualTo(forward);
        JsonNode last = api.get("/api/v1/pipelines/deploy/compare?from=4&to=4")
                .expect(200)
                .json();
        assertThat(last.at("/from/counter").asInt()).isEqualTo(3);
        assertThat(last.path("definition_changes").isEmpty()).isFalse();
        api.get("/api/v1/pipelines/deploy/compare?from=1&to=1").expectProblem(404, "not_found");
        api.get("/api/v1/pipelines/deploy/compare?from=1&to=9").expectProblem(404, "not_found");
        api.get("/api/v1/pipelines/deploy/compare?from=0&to=9").expectProblem(400, "bad_request");
        api.get("/api/v1/pipelines/deploy/compare?from=1").expectProblem(400, "bad_request");
    }

    @Test
    void aRunKeepsTheDefinitionThatItBeganWith() {
        twoStages("deploy");
        runs.trigger("deploy");
        runs.redefine("deploy", RunFixture.stage("other", RunFixture.job("unit")));

        JsonNode definition = api.get("/api/v1/pipelines/deploy/runs/1/definition")
                .expect(200)
                .json();

        assertThat(definition.path("version").asInt()).isOne();
        assertThat(texts(definition.at("/definition/stages"), "name")).containsExactly("build", "ship");
    }

    @Test
    void aStageHasAHistoryWithDurations() {
        runs.pipeline("deploy", RunFixture.stage("build", RunFixture.job("unit")));
        for (int counter = 1; counter <= 3; counter++) {
            runs.trigger("deploy");
            if (counter < 3) {
                runs.finish("deploy/" + counter + "/build/1/unit", JobResult.PASSED);
            }
        }

        JsonNode page = api.get("/api/v1/pipelines/deploy/stages/Build/history?limit=2")
                .expect(200)
                .json();

        assertThat(texts(page.path("items"), "run")).containsExactly("3", "2");
        assertThat(page.at("/items/0").has("seconds")).isFalse();
        assertThat(page.at("/items/1/seconds").asDouble()).isBetween(0.0, 60.0);
        assertThat(api.get("/api/v1/pipelines/deploy/stages/build/history?limit=2&after="
                                + page.path("next").asText())
                        .json()
                        .at("/items/0/run")
                        .asInt())
                .isOne();
    }
}

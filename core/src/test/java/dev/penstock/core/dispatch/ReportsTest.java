package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.job;
import static dev.penstock.core.dispatch.PollingAgent.accepted;
import static dev.penstock.core.dispatch.PollingAgent.passed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.JobReport.ConsoleChunk;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import dev.penstock.agent.protocol.ReportReply;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobEvent;
import dev.penstock.core.testing.WithDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What agents say about their jobs, over HTTP. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReportsTest {
    private static final String UNIT = "deploy/1/build/1/unit";
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final DispatchFixture all;
    private final TestNode server;
    private PollingAgent alma;
    private JobAssignment job;

    ReportsTest(Database database, Signals signals, EventStore events) {
        all = new DispatchFixture(database, signals, events);
        server = all.node();
        begin();
    }

    @BeforeEach
    void begin() {
        all.forget();
        server.agents.roster().forget();
        alma = server.agent("alma");
        all.started("deploy", job("unit"));
        job = alma.job();
    }

    @AfterAll
    void stop() {
        all.close();
    }

    @Test
    void oneReportWithEverythingEndsAShortJobByOneCommit() {
        long before = all.commits();

        ReportReply reply = accepted(alma.report(job.jobId(), passed(job, "done\n")));

        assertThat(all.commits() - before).isEqualTo(1);
        assertThat(reply).isEqualTo(new ReportReply(false, 5));
        assertThat(all.standing(UNIT)).isEqualTo("FINISHED 1 PASSED");
        assertThat(all.runs.runs()).containsExactly("deploy/1 PASSED");
        assertThat(server.api().get("/api/v1/jobs/" + job.jobId() + "/console").text())
                .isEqualTo("done\n");
        assertThat(all.runs.list("SELECT length || ' ' || complete FROM console"))
                .containsExactly("5 true");
    }

    @Test
    void anEndThatIsRepeatedIsFineAndChangesNothing() {
        alma.finish(job);
        List<String> before = all.runs.list("SELECT job_run::text FROM job_run");

        ReportReply again = alma.finish(job);
        ReportReply late = accepted(alma.report(job.jobId(), empty()));

        assertThat(again.consoleLength()).isEqualTo(5);
        assertThat(late.cancel()).isFalse();
        assertThat(all.runs.list("SELECT job_run::text FROM job_run")).isEqualTo(before);
        assertThat(all.runs.list("SELECT event FROM job_transition ORDER BY id"))
                .containsExactly("CREATED", "CLAIMED", "ENDED");
    }

    @Test
    void aReportOfSomebodyElseIsForbidden() {
        PollingAgent bruno = server.agent("bruno");

        assertThat(bruno.report(job.jobId(), passed(job, "x")).statusCode()).isEqualTo(403);
        assertThat(bruno.report(987_654, passed(job, "x")).statusCode()).isEqualTo(403);
        assertThat(all.standing(UNIT)).isEqualTo("ASSIGNED 1");
        assertThat(server.consoles.extent(all.jobId(UNIT), 1).length()).isZero();
    }

    @Test
    void aReportOfAnAttemptThatWasTakenAwayIsRefused() {
        loseLease();

        var late = alma.report(job.jobId(), passed(job, "done\n"));
        var renewal = alma.report(job.jobId(), empty());

        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(late.body()).contains("\"code\":\"superseded\"");
        assertThat(renewal.statusCode()).isEqualTo(409);
        assertThat(all.standing(UNIT)).isEqualTo("SCHEDULED 1");
    }

    @Test
    void theEndDoesNotCountBeforeTheWholeConsoleIsThere() {
        var end = new JobReport(1, List.of(), List.of(), new ConsoleChunk(0, bytes("do")), end(5, List.of()));

        var early = alma.report(job.jobId(), end);

        assertThat(early.statusCode()).isEqualTo(412);
        assertThat(early.body()).contains("\"consoleLength\":2");
        assertThat(all.standing(UNIT)).isEqualTo("ASSIGNED 1");
        accepted(alma.report(
                job.jobId(),
                new JobReport(1, List.of(), List.of(), new ConsoleChunk(2, bytes("ne\n")), end(5, List.of()))));
        assertThat(all.standing(UNIT)).isEqualTo("FINISHED 1 PASSED");
    }

    @Test
    void phasesAndTasksAreToldAsTheyComeAndNeverGoBack() {
        accepted(alma.report(job.jobId(), phases(Phase.PREPARING, Phase.BUILDING)));
        accepted(alma.report(job.jobId(), phases(Phase.PREPARING)));
        accepted(alma.report(
                job.jobId(),
                new JobReport(
                        1,
                        List.of(new PhaseEntered(Phase.COMPLETING, NOON)),
                        List.of(new TaskRun(0, "true", TaskState.PASSED, 0, NOON, NOON, 0)),
                        null,
                        null)));

        assertThat(all.runs.list("SELECT state || ' ' || phase FROM job_run")).containsExactly("RUNNING BUILDING");
        // What came in the same second as a renewal waits for the report that ends it, or for the next one.
        accepted(alma.report(
                job.jobId(),
                new JobReport(
                        1,
                        List.of(
                                new PhaseEntered(Phase.PREPARING, NOON),
                                new PhaseEntered(Phase.BUILDING, NOON),
                                new PhaseEntered(Phase.COMPLETING, NOON)),
                        List.of(new TaskRun(0, "true", TaskState.PASSED, 0, NOON, NOON, 0)),
                        null,
                        null)));
        assertThat(all.runs.list("SELECT state || ' ' || phase FROM job_run")).containsExactly("RUNNING COMPLETING");
        assertThat(all.runs.list("SELECT tasks ->> 0 FROM job_attempt")).allMatch(task -> task.contains("\"PASSED\""));
    }

    @Test
    void aReportThatSaysNothingNewCostsNoCommitWhileTheLeaseIsFresh() {
        accepted(alma.report(job.jobId(), phases(Phase.PREPARING)));
        long before = all.commits();

        for (int i = 0; i < 5; i++) {
            accepted(alma.report(job.jobId(), phases(Phase.PREPARING)));
        }

        assertThat(all.commits() - before).isZero();
        all.runs.execute("UPDATE job_run SET lease_until = lease_until - interval '6 seconds'");
        accepted(alma.report(job.jobId(), empty()));
        assertThat(all.runs.one(Double.class, "SELECT extract(epoch FROM lease_until - now()) FROM job_run"))
                .isGreaterThan(58);
    }

    @Test
    void theAnswerSaysThatTheJobIsBeingCancelled() {
        accepted(alma.report(job.jobId(), phases(Phase.PREPARING)));
        server.api().post("/api/v1/jobs/" + job.jobId() + "/cancel").expect(202);

        ReportReply reply = accepted(alma.report(job.jobId(), phases(Phase.PREPARING)));

        assertThat(reply.cancel()).isTrue();
        accepted(alma.report(
                job.jobId(),
                new JobReport(
                        1, List.of(), List.of(), null, new End(Result.CANCELLED, null, null, NOON, 0, List.of(), 0))));
        assertThat(all.standing(UNIT)).isEqualTo("FINISHED 1 CANCELLED CANCELLED");
    }

    @Test
    void artifactsAreVisibleWithTheResult() {
        blob();
        var artifacts = List.of(new PublishedArtifact("pkg/app.war", TestNode.SHA, 4, false));

        accepted(alma.report(job.jobId(), new JobReport(1, List.of(), List.of(), null, end(0, artifacts))));

        assertThat(all.runs.list("SELECT path FROM artifact")).containsExactly("pkg/app.war");
    }

    @Test
    void aJobWhoseArtifactsCannotBePublishedHasFailedAndPublishesNone() {
        blob();
        var artifacts = List.of(
                new PublishedArtifact("pkg/app.war", TestNode.SHA, 4, false),
                new PublishedArtifact("pkg/gone.war", "0".repeat(64), 4, false));

        accepted(alma.report(job.jobId(), new JobReport(1, List.of(), List.of(), null, end(0, artifacts))));

        assertThat(all.standing(UNIT)).isEqualTo("FINISHED 1 FAILED ARTIFACT_FAILED");
        assertThat(all.runs.list("SELECT message FROM job_run"))
                .containsExactly("There is no blob of \"pkg/gone.war\"");
        assertThat(all.runs.list("SELECT path FROM artifact")).isEmpty();
    }

    @Test
    void anInterruptedAttemptPublishesNothingAndTheJobRunsAgain() {
        blob();
        var end = new End(
                Result.FAILED,
                Reason.AGENT_RESTARTED,
                "the agent was started again",
                NOON,
                0,
                List.of(new PublishedArtifact("a", TestNode.SHA, 4, false)),
                0);

        accepted(alma.report(job.jobId(), new JobReport(1, List.of(), List.of(), null, end)));

        assertThat(all.runs.list("SELECT path FROM artifact")).isEmpty();
        assertThat(alma.job().attempt()).isEqualTo(2);
        assertThat(alma.report(job.jobId(), new JobReport(1, List.of(), List.of(), null, end))
                        .statusCode())
                .as("the attempt is lost, however often it is said")
                .isEqualTo(409);
    }

    @Test
    void aPersonDecidesAboutALostJobThatIsNotRepeatedUnasked() {
        all.started("prod", job("ship", List.of(), OnAgentLoss.ASK));
        alma.finish(job);
        JobAssignment ship = alma.job();
        var end = new End(Result.FAILED, Reason.AGENT_RESTARTED, "again", NOON, 0, List.of(), 0);

        accepted(alma.report(ship.jobId(), new JobReport(1, List.of(), List.of(), null, end)));

        assertThat(all.standing("prod/1/build/1/ship")).isEqualTo("LOST 1 AGENT_RESTARTED");
        server.api().post("/api/v1/jobs/" + ship.jobId() + "/rerun").expect(202);
        assertThat(alma.job().attempt()).isEqualTo(2);
    }

    @Test
    void whatIsNoReportIsRefused() {
        assertThat(alma.report(job.jobId(), new JobReport(0, List.of(), List.of(), null, null))
                        .statusCode())
                .isEqualTo(400);
        assertThat(all.standing(UNIT)).isEqualTo("ASSIGNED 1");
    }

    private void loseLease() {
        all.runs.execute("UPDATE job_run SET lease_until = now() - interval '1 second'");
        all.database.useTransaction(tx -> server.runs.jobs().apply(tx, all.jobId(UNIT), new JobEvent.LeaseExpired()));
    }

    private void blob() {
        all.runs.execute("INSERT INTO blob (sha256, size) VALUES ('" + TestNode.SHA + "', 4)");
    }

    private static JobReport empty() {
        return new JobReport(1, List.of(), List.of(), null, null);
    }

    private static JobReport phases(Phase... phases) {
        return new JobReport(
                1,
                List.of(phases).stream()
                        .map(phase -> new PhaseEntered(phase, NOON))
                        .toList(),
                List.of(),
                null,
                null);
    }

    private static End end(long consoleLength, List<PublishedArtifact> artifacts) {
        return new End(Result.PASSED, null, null, NOON, consoleLength, artifacts, 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.await;
import static dev.penstock.core.dispatch.DispatchFixture.job;
import static dev.penstock.core.dispatch.PollingAgent.held;
import static dev.penstock.core.dispatch.PollingAgent.reply;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobEvent;
import dev.penstock.core.testing.WithDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Agents that ask for work over HTTP. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DispatcherTest {
    private final DispatchFixture all;
    private final TestNode server;

    DispatcherTest(Database database, Signals signals, EventStore events) {
        all = new DispatchFixture(database, signals, events);
        server = all.node();
    }

    @BeforeEach
    void forget() {
        server.types.answers();
        all.forget();
        server.agents.roster().forget();
    }

    @AfterAll
    void stop() {
        all.close();
    }

    @Test
    void aParkedAgentGetsAJobWhenItBecomesRunnable() {
        PollingAgent alma = server.agent("alma");
        CompletableFuture<PollReply> poll = alma.park();
        server.awaitParked(alma);

        all.started("deploy", job("unit"));

        JobAssignment job = PollingAgent.job(poll);
        assertThat(job.locator()).isEqualTo("deploy/1/build/1/unit");
        assertThat(job.attempt()).isEqualTo(1);
        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("ASSIGNED 1");
    }

    @Test
    void anAgentThatAsksLaterGetsWhatWaits() {
        all.started("deploy", job("unit"));

        assertThat(server.agent("alma").job().locator()).isEqualTo("deploy/1/build/1/unit");
    }

    @Test
    void aPollIsAnsweredWithNothingWhenItsTimeIsOver() {
        PollingAgent alma = server.agent("alma");

        PollReply reply = reply(alma.park(alma.identity.facts(), List.of(), true, 0));

        assertThat(reply).isEqualTo(PollReply.NOTHING);
    }

    @Test
    void aNewerPollTakesThePlaceOfAnOlderOne() {
        PollingAgent alma = server.agent("alma");
        CompletableFuture<PollReply> older = alma.park();
        server.awaitParked(alma);

        CompletableFuture<PollReply> newer = alma.park();

        assertThat(reply(older)).isEqualTo(PollReply.NOTHING);
        all.started("deploy", job("unit"));
        assertThat(PollingAgent.job(newer).locator()).isEqualTo("deploy/1/build/1/unit");
    }

    @Test
    void anUnknownVersionOfTheProtocolIsToldWhatToDo() {
        PollingAgent alma = server.agent("alma");

        var answer = alma.poll(new PollRequest(2, alma.identity.facts(), List.of(), true, 0));

        assertThat(answer.statusCode()).isEqualTo(426);
        assertThat(answer.body()).contains("install the agent of the server's release");
    }

    @Test
    void anAgentHasOneJobAtATime() {
        all.started("deploy", job("a"), job("b"));
        PollingAgent alma = server.agent("alma");
        JobAssignment first = alma.job();

        PollReply second = reply(alma.park(alma.identity.facts(), List.of(held(first)), true, 1));

        assertThat(second.assignment()).isNull();
        alma.finish(first);
        assertThat(alma.job().locator()).isNotEqualTo(first.locator());
    }

    @Test
    void aJobGoesToAnAgentThatHasWhatItAsksFor() {
        PollingAgent alma = server.agent("alma");
        PollingAgent bruno = server.agent("bruno", "Deploy", "linux");
        CompletableFuture<PollReply> almas = alma.park();
        CompletableFuture<PollReply> brunos = bruno.park();
        server.awaitParked(alma);
        server.awaitParked(bruno);

        all.started("deploy", job("ship", List.of("DEPLOY"), OnAgentLoss.RERUN));

        assertThat(PollingAgent.job(brunos).locator()).isEqualTo("deploy/1/build/1/ship");
        assertThat(almas).isNotDone();
    }

    @Test
    void aLongQueueThatFitsNobodyDoesNotHideWhatIsBehindIt() {
        var many = new RunInstances(RunInstances.Kind.COUNT, 150);
        all.started("deploy", job("ship", many, List.of(), List.of()), job("unit"));
        all.runs.execute("UPDATE job_run SET requires = '{windows}' WHERE name <> 'unit'");
        PollingAgent alma = server.agent("alma");

        assertThat(alma.job().locator()).isEqualTo("deploy/1/build/1/unit");
    }

    @Test
    void whatIsMoreUrgentComesFirst() {
        all.started("deploy", job("a"), job("b"));
        all.runs.execute("UPDATE job_run SET priority = 1 WHERE name = 'b'");

        assertThat(server.agent("alma").job().locator()).isEqualTo("deploy/1/build/1/b");
    }

    @Test
    void aFullDiskGetsNoWork() {
        all.started("deploy", job("unit"));
        PollingAgent alma = server.agent("alma");

        PollReply full = reply(alma.park(alma.identity.facts(50L << 20), List.of(), true, 1));

        assertThat(full.assignment()).isNull();
        assertThat(alma.job().locator()).isEqualTo("deploy/1/build/1/unit");
    }

    @Test
    void aDisabledAgentGetsNoWorkThoughItsPollWaits() {
        PollingAgent alma = server.agent("alma");
        CompletableFuture<PollReply> poll = alma.park(alma.identity.facts(), List.of(), true, 1);
        server.awaitParked(alma);

        server.api()
                .patch("/api/v1/agents/" + alma.id().value(), Map.of("state", "DISABLED"))
                .expect(200);
        all.started("deploy", job("unit"));

        assertThat(reply(poll)).isEqualTo(PollReply.NOTHING);
        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("SCHEDULED 0");
    }

    @Test
    void aCancelReachesAWorkingAgentThroughItsPollAndIsSaidOnce() {
        all.started("deploy", job("unit"));
        PollingAgent alma = server.agent("alma");
        JobAssignment job = alma.job();
        CompletableFuture<PollReply> poll = alma.park(held(job));
        server.awaitParked(alma);

        server.api().post("/api/v1/jobs/" + job.jobId() + "/cancel").expect(202);

        assertThat(reply(poll).cancel()).containsExactly(held(job));
        var again = reply(alma.park(alma.identity.facts(), List.of(held(job)), false, 1));
        assertThat(again).isEqualTo(PollReply.NOTHING);
        server.pass(Duration.ofSeconds(11));
        assertThat(reply(alma.park(held(job))).cancel()).containsExactly(held(job));
    }

    @Test
    void aJobThatIsNoLongerTheAgentsIsDropped() {
        all.started("deploy", job("unit"));
        PollingAgent alma = server.agent("alma");
        JobAssignment job = alma.job();
        CompletableFuture<PollReply> poll = alma.park(held(job));
        server.awaitParked(alma);

        all.runs.execute("UPDATE job_run SET lease_until = now() - interval '1 second'");
        all.database.useTransaction(
                tx -> server.runs.jobs().apply(tx, all.jobId(job.locator()), new JobEvent.LeaseExpired()));

        assertThat(reply(poll).drop()).containsExactly(held(job));
    }

    @Test
    void anAssignmentThatDidNotArriveIsSentAgain() {
        all.started("deploy", job("unit"));
        PollingAgent alma = server.agent("alma");
        all.database.useTransaction(tx -> server.runs
                .jobs()
                .apply(tx, all.jobId("deploy/1/build/1/unit"), new JobEvent.Claimed(alma.id(), "alma")));

        JobAssignment job = alma.job();

        assertThat(job.attempt()).isEqualTo(1);
        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("ASSIGNED 1");
    }

    // Whether the comparison gets its turn must not hang on how its pace and that of the claims meet.
    @RepeatedTest(4)
    void anAssignmentThatDidNotArriveIsSentAgainThoughOtherJobsWait() {
        all.started("deploy", job("unit"), job("more"), job("most"));
        PollingAgent alma = server.agent("alma");
        all.database.useTransaction(tx -> server.runs
                .jobs()
                .apply(tx, all.jobId("deploy/1/build/1/unit"), new JobEvent.Claimed(alma.id(), "alma")));

        JobAssignment job = PollingAgent.job(alma.park().orTimeout(5, TimeUnit.SECONDS));

        assertThat(job.locator()).isEqualTo("deploy/1/build/1/unit");
        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("ASSIGNED 1");
    }

    @Test
    void anAssignmentOfAServerThatIsGoneIsSentToThePollThatWaitedHereBefore() {
        PollingAgent alma = server.agent("alma");
        CompletableFuture<PollReply> poll = alma.park();
        server.awaitParked(alma);

        all.started("deploy", job("unit", List.of("claimed by another server"), OnAgentLoss.RERUN));
        all.database.useTransaction(tx -> server.runs
                .jobs()
                .apply(tx, all.jobId("deploy/1/build/1/unit"), new JobEvent.Claimed(alma.id(), "alma")));

        assertThat(PollingAgent.job(poll.orTimeout(5, TimeUnit.SECONDS)).locator())
                .isEqualTo("deploy/1/build/1/unit");
    }

    @Test
    void aJobThatANewProcessOfItsAgentDoesNotHaveIsGivenAnewAtOnce() {
        all.started("deploy", job("unit"));
        PollingAgent alma = server.agent("alma");
        JobAssignment job = alma.job();
        alma.report(job.jobId(), new JobReport(1, List.of(), List.of(), null, null));

        JobAssignment again = PollingAgent.job(alma.parkFresh());

        assertThat(again.jobId()).isEqualTo(job.jobId());
        assertThat(again.attempt()).isEqualTo(2);
    }

    @Test
    void aJobThatItsAgentDoesNotHaveAnyMoreIsTakenFromItAfterAWhile() {
        all.started("deploy", job("unit"));
        PollingAgent alma = server.agent("alma");
        JobAssignment job = alma.job();
        alma.report(job.jobId(), new JobReport(1, List.of(), List.of(), null, null));

        assertThat(reply(alma.park(alma.identity.facts(), List.of(), true, 1)).assignment())
                .isNull();
        server.pass(Duration.ofSeconds(16));

        assertThat(alma.job().attempt()).isEqualTo(2);
        assertThat(all.runs.list("SELECT outcome || ' ' || reason FROM job_attempt WHERE attempt = 1"))
                .containsExactly("LOST AGENT_RESTARTED");
    }

    @Test
    void aJobThatCannotBeAssignedFailsWithTheReasonInItsConsole() {
        PollingAgent alma = server.agent("alma");
        CompletableFuture<PollReply> poll = alma.park();
        all.started("deploy", job("unit", DispatchFixture.task("cobol", Map.of())));

        await("the job is over", () -> all.standing("deploy/1/build/1/unit").startsWith("FINISHED"));

        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("FINISHED 1 FAILED UNASSIGNABLE");
        long id = all.jobId("deploy/1/build/1/unit").value();
        assertThat(server.api().get("/api/v1/jobs/" + id + "/console").text())
                .contains("Task type \"cobol\" is offered by no running plugin");
        all.started("other", job("unit"));
        assertThat(PollingAgent.job(poll).locator()).isEqualTo("other/1/build/1/unit");
    }

    @Test
    void aJobWhosePluginDoesNotAnswerWaitsWithTheReasonAndCostsNoAttempt() {
        server.types.silent("Plugin \"git-material\" is left alone for a while", true);
        PollingAgent alma = server.agent("alma");
        CompletableFuture<PollReply> poll = alma.park();
        all.started("deploy", job("unit"));

        await("the reason is told", () -> reasons().contains("Plugin \"git-material\" is left alone for a while"));
        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("SCHEDULED 0");

        server.types.answers();
        server.pass(Duration.ofSeconds(6));
        assertThat(PollingAgent.job(poll).attempt()).isEqualTo(1);
        assertThat(reasons()).isEmpty();
    }

    @Test
    void aJobThatWaitsForAPluginIsGivenUpWhenItsQueueTimeIsOver() {
        server.types.silent("Plugin \"git-material\" is left alone for a while", true);
        PollingAgent alma = server.agent("alma");
        CompletableFuture<PollReply> poll = alma.park();
        all.started("deploy", job("unit"));
        await("the reason is told", () -> !reasons().isEmpty());
        all.runs.execute("UPDATE job_run SET queue_timeout_seconds = 60, since = since - interval '61 seconds'");

        new LeaseReaper(all.database, server.runs.jobs(), System::nanoTime).step();

        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("FINISHED 0 FAILED QUEUE_TIMEOUT");
        server.types.answers();
        all.started("other", job("unit"));
        assertThat(PollingAgent.job(poll).locator()).isEqualTo("other/1/build/1/unit");
    }

    @Test
    void aJobThatIsTheFirstToMeetASilentPluginIsPutBackAndLosesNoRerun() {
        server.types.silent("Plugin \"git-material\" did not answer", false);
        PollingAgent alma = server.agent("alma");
        CompletableFuture<PollReply> poll = alma.park();
        all.started("deploy", job("unit"));

        await(
                "it was put back",
                () -> all.runs.list("SELECT event FROM job_transition").contains("PUT_BACK"));
        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("SCHEDULED 1");
        assertThat(all.runs.list("SELECT outcome || ' ' || message FROM job_attempt"))
                .containsExactly("REVOKED Plugin \"git-material\" did not answer");

        server.types.answers();
        server.pass(Duration.ofSeconds(6));
        assertThat(PollingAgent.job(poll).attempt()).isEqualTo(2);
        assertThat(all.runs.list("SELECT max_reruns FROM job_run"))
                .as("two as before, and one for the attempt that never began")
                .containsExactly("3");
    }

    private List<String> reasons() {
        return server.api()
                .get("/api/v1/queue")
                .expect(200)
                .json()
                .path("items")
                .findValuesAsText("reason");
    }

    @Test
    void aServerThatStopsAnswersItsPollsAtOnce() {
        TestNode second = all.node();
        PollingAgent alma = server.agent("alma").at(second);
        CompletableFuture<PollReply> poll = alma.park();
        second.awaitParked(alma);

        second.close();

        assertThat(reply(poll)).isEqualTo(PollReply.NOTHING);
    }
}

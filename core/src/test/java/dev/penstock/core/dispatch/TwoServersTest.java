package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.job;
import static dev.penstock.core.dispatch.PollingAgent.reply;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobEvent;
import dev.penstock.core.testing.WithDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two servers on one database, which know nothing of each other. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TwoServersTest {
    private final DispatchFixture all;
    private final TestNode first;
    private final TestNode second;

    TwoServersTest(Database database, Signals signals, EventStore events) {
        all = new DispatchFixture(database, signals, events);
        first = all.node();
        second = all.node();
    }

    @BeforeEach
    void forget() {
        all.forget();
        first.agents.roster().forget();
        second.agents.roster().forget();
    }

    @AfterAll
    void stop() {
        all.close();
    }

    @Test
    void everyJobIsGivenOnceWhoeverGivesIt() {
        List<PollingAgent> agents = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            agents.add(first.agent("host-" + i));
        }
        second.agents.roster().forget();
        List<CompletableFuture<PollReply>> polls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            polls.add(agents.get(i).at(i % 2 == 0 ? first : second).park());
        }

        all.started("deploy", job("a", new RunInstances(RunInstances.Kind.COUNT, 10), List.of(), List.of()));

        List<JobAssignment> jobs = polls.stream().map(PollingAgent::job).toList();
        assertThat(jobs)
                .extracting(JobAssignment::jobId)
                .doesNotHaveDuplicates()
                .hasSize(10);
        assertThat(all.runs.list("SELECT DISTINCT state || ' ' || attempt FROM job_run"))
                .containsExactly("ASSIGNED 1");
        assertThat(all.runs.one(Long.class, "SELECT count(DISTINCT agent_id) FROM job_run"))
                .isEqualTo(10);
    }

    @Test
    void anAgentThatAsksBothGetsOneJob() {
        PollingAgent alma = first.agent("alma");
        second.agents.roster().forget();
        CompletableFuture<PollReply> here = alma.park(alma.identity.facts(), List.of(), true, 2);
        CompletableFuture<PollReply> there = alma.at(second).park(alma.identity.facts(), List.of(), true, 2);
        first.awaitParked(alma);
        second.awaitParked(alma);

        all.started("deploy", job("a"), job("b"), job("c"));

        List<PollReply> replies = List.of(reply(here), reply(there));
        assertThat(replies)
                .extracting(PollReply::assignment)
                .filteredOn(assignment -> assignment != null)
                .extracting(JobAssignment::jobId)
                .containsOnly(all.runs.one(Long.class, "SELECT id FROM job_run WHERE state = 'ASSIGNED'"));
        assertThat(all.runs.list("SELECT state FROM job_run WHERE state = 'ASSIGNED'"))
                .hasSize(1);
    }

    @Test
    void aServerThatDiesBetweenClaimAndAnswerCostsNothing() {
        PollingAgent alma = first.agent("alma");
        all.started("deploy", job("unit"));
        all.database.useTransaction(tx -> first.runs
                .jobs()
                .apply(tx, all.jobId("deploy/1/build/1/unit"), new JobEvent.Claimed(alma.id(), "alma")));

        JobAssignment job = alma.at(second).job();

        alma.at(second).finish(job);
        assertThat(all.standing("deploy/1/build/1/unit")).isEqualTo("FINISHED 1 PASSED");
    }
}

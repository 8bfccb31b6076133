package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.await;
import static dev.penstock.core.dispatch.DispatchFixture.job;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.TestAgent;
import dev.penstock.core.testing.TestDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What work costs, counted: connections that are taken, and transactions that write. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ManyAgentsTest {
    private final CountingPool pool;
    private final DispatchFixture all;
    private final TestNode server;

    ManyAgentsTest() {
        try (HikariDataSource like = TestDatabases.shared().pool()) {
            pool = new CountingPool(like);
        }
        var database = new Database(pool);
        var signals = new LocalSignals();
        all = new DispatchFixture(database, signals, new EventStore(signals));
        server = all.node();
    }

    /** Counts how often somebody asks the database for something. */
    private static final class CountingPool extends HikariDataSource {
        private final AtomicInteger taken = new AtomicInteger();

        private CountingPool(HikariDataSource like) {
            super(like);
        }

        @Override
        public Connection getConnection() throws SQLException {
            taken.incrementAndGet();
            return super.getConnection();
        }
    }

    @AfterAll
    void stop() {
        all.close();
        all.database.close();
    }

    @Test
    void aThousandWaitingPollsCostNoQueryEach() {
        rows(1_000);
        server.agents.roster().forget();
        List<CompletableFuture<PollReply>> polls = new ArrayList<>();
        int before = pool.taken.get();

        for (int i = 0; i < 1_000; i++) {
            var facts = TestAgent.named("x").facts();
            var request = new PollRequest(Protocol.VERSION, facts, List.of(), true, 25);
            polls.add(server.dispatch.dispatcher().poll(agent(i), request, Duration.ofSeconds(25)));
        }
        await("all wait", () -> server.dispatch.dispatcher().parked() == 1_000);

        int asked = pool.taken.get() - before;
        assertThat(asked).as("questions to the database for 1000 polls").isLessThan(100);
        before = pool.taken.get();
        all.started("deploy", job("unit"));
        await("one has got it", () -> polls.stream().anyMatch(CompletableFuture::isDone));
        assertThat(pool.taken.get() - before)
                .as("questions for one job among 1000 polls")
                .isLessThan(20);
        server.dispatch.dispatcher().close();
        polls.forEach(CompletableFuture::join);
    }

    @Test
    void aTrivialJobCostsThreeCommitsAndEightAgentsGetThroughManyOfThem() throws Exception {
        TestNode busy = all.node();
        List<PollingAgent> agents = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            agents.add(busy.agent("host-" + i));
        }
        all.runs.pipeline("many", RunFixture.stage("build", job("unit")));
        int runs = 100;
        long before = all.commits();

        for (int i = 0; i < runs; i++) {
            all.runs.trigger("many");
            JobAssignment job = agents.get(i % 8).job();
            agents.get(i % 8).finish(job);
        }

        assertThat(all.runs.one(Long.class, "SELECT count(*) FROM pipeline_run WHERE state = 'PASSED'"))
                .isEqualTo(runs);
        assertThat(all.commits() - before).isEqualTo(3L * runs);
        inParallel(agents, busy);
    }

    /** Two hundred instances of one job, taken by eight agents as fast as they can. */
    private void inParallel(List<PollingAgent> agents, TestNode node) throws Exception {
        var parallel = new RunInstances(RunInstances.Kind.COUNT, 200);
        long before = all.commits();
        all.started("parallel", job("unit", parallel, List.of(), List.of()));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> work = new ArrayList<>();
            AtomicInteger left = new AtomicInteger(200);
            for (PollingAgent agent : agents) {
                work.add(threads.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        agent.finish(agent.job());
                    }
                }));
            }
            for (Future<?> one : work) {
                one.get();
            }
        }

        assertThat(all.runs.list("SELECT p.name || ' ' || r.state FROM pipeline_run r JOIN pipeline p ON p.id ="
                        + " r.pipeline_id WHERE p.name = 'parallel'"))
                .containsExactly("parallel PASSED");
        // A save of the definition and the start, then a claim and an end for each; a claim that came too late writes
        // too.
        assertThat(all.commits() - before).isBetween(402L, 420L);
        assertThat(node.dispatch.dispatcher().parked()).isZero();
    }

    private void rows(int count) {
        all.database.useTransaction(tx -> {
            for (int i = 0; i < count; i++) {
                tx.execute(
                        "INSERT INTO agent (id, public_jwk, key_fingerprint, state, host_name, ip_address,"
                                + " operating_system, os_user, working_directory, free_bytes, agent_version,"
                                + " protocol_version) VALUES (?, '', '', 'ENABLED', ?, '', '', '', '', 1, '', 1)",
                        agent(i).value(),
                        "idle-" + i);
            }
        });
    }

    private static AgentId agent(int number) {
        return new AgentId(new UUID(77, number));
    }
}

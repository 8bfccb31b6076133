package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.job;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.NewRun;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.testing.WithDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What people see of waiting jobs, and what becomes of those of an agent that is deleted. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QueueTest {
    private final DispatchFixture all;
    private final TestNode server;

    QueueTest(Database database, Signals signals, EventStore events) {
        all = new DispatchFixture(database, signals, events);
        server = all.node();
    }

    @BeforeEach
    void forget() {
        all.forget();
        server.agents.roster().forget();
    }

    @AfterAll
    void stop() {
        all.close();
    }

    @Test
    void eachWaitingJobSaysWhatItWaitsForAndWhy() {
        server.agent("alma", "java");
        all.started("deploy", job("ship", List.of("Windows"), OnAgentLoss.RERUN));

        JsonNode item = server.api()
                .get("/api/v1/queue")
                .expect(200)
                .json()
                .path("items")
                .path(0);

        assertThat(item.path("pipeline").asText()).isEqualTo("deploy");
        assertThat(item.path("run").asLong()).isEqualTo(1);
        assertThat(item.path("job").asText()).isEqualTo("ship");
        assertThat(item.path("waits_for").path("resources").path(0).asText()).isEqualTo("windows");
        assertThat(item.path("reason").asText()).isEqualTo("No agent has the resource \"windows\"");
        assertThat(item.path("matching_agents").asInt()).isZero();
    }

    @Test
    void theQueueComesInPagesInItsOrder() {
        all.started("deploy", job("a"), job("b"), job("c"));
        all.runs.execute("UPDATE job_run SET priority = 1 WHERE name = 'c'");

        JsonNode first = server.api().get("/api/v1/queue?limit=2").expect(200).json();
        JsonNode second = server.api()
                .get("/api/v1/queue?limit=2&after=" + first.path("next").asText())
                .expect(200)
                .json();

        assertThat(names(first)).containsExactly("c", "a");
        assertThat(names(second)).containsExactly("b");
        assertThat(second.has("next")).isFalse();
        server.api().get("/api/v1/queue?after=nonsense").expectProblem(400, "bad_request");
    }

    @Test
    void theReasonIsWrittenIntoTheRowOfAJobThatWaitsForLonger() {
        all.started("deploy", job("ship", List.of("windows"), OnAgentLoss.RERUN));
        var waits = new PluginWaits(all.database, all.runs.definitions, server.types, System::nanoTime);
        var watch = new QueueWatch(all.database, server.agents.roster(), waits);

        watch.look();
        assertThat(all.runs.list("SELECT coalesce(wait_reason, '-') FROM job_run"))
                .containsExactly("-");
        all.runs.execute("UPDATE job_run SET since = since - interval '4 seconds'");
        watch.look();

        assertThat(all.runs.list("SELECT wait_reason FROM job_run")).containsExactly("No agent is registered");
        long before = all.commits();
        watch.look();
        assertThat(all.commits() - before).as("nothing has changed").isZero();
    }

    @Test
    void whatADeletedAgentHoldsIsLostAndWhatWaitsForItAloneHasFailed() {
        PollingAgent alma = server.agent("alma");
        PollingAgent bruno = server.agent("bruno");
        var onAll = job("copy", RunInstances.ALL_AGENTS, List.of(), List.of());
        all.runs.pipeline("deploy", RunFixture.stage("build", job("unit")), RunFixture.stage("ship", onAll));
        all.started("other", job("long"));
        JobAssignment held = alma.job();
        all.database.useTransaction(tx -> server.runs
                .runs()
                .create(
                        tx,
                        new NewRun(
                                all.runs.definitions.current(tx, "deploy").orElseThrow(),
                                1,
                                new NewRun.Cause(NewRun.Cause.Kind.MANUAL, "olga", "by hand"),
                                List.of(),
                                List.of()),
                        Instant.now()));
        bruno.finish(bruno.job());
        assertThat(all.runs.list(
                        "SELECT name || ' ' || pinned_agent_name FROM job_run WHERE pinned_agent_id IS NOT NULL"
                                + " ORDER BY id"))
                .containsExactly("copy-runOnAll-1 alma", "copy-runOnAll-2 bruno");

        server.api()
                .patch("/api/v1/agents/" + alma.id().value(), Map.of("state", "DISABLED"))
                .expect(200);
        server.api().delete("/api/v1/agents/" + alma.id().value()).expectProblem(409, "in_use");
        server.api()
                .delete("/api/v1/agents/" + alma.id().value() + "?force=true")
                .expect(204);

        assertThat(all.standing(held.locator())).isEqualTo("SCHEDULED 1");
        assertThat(all.standing("deploy/1/ship/1/copy-runOnAll-1")).isEqualTo("FINISHED 0 FAILED UNASSIGNABLE");
        assertThat(alma.report(held.jobId(), PollingAgent.passed(held, "x")).statusCode())
                .isEqualTo(401);
        assertThat(bruno.job().locator()).isIn(held.locator(), "deploy/1/ship/1/copy-runOnAll-2");
    }

    private static List<String> names(JsonNode page) {
        return page.path("items").findValuesAsText("job");
    }
}

package dev.penstock.core.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.ops.Health.Status;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.SettableTime;
import dev.penstock.core.testing.TestDatabases;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpsTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final Database database;
    private final TestServer server;
    private final ApiClient api;

    OpsTest(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.server = TestServer.on(database, signals, events).start();
        this.api = server.api();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void aServerThatWorksIsReady() {
        JsonNode health = api.get("/api/v1/health").expect(200).json();

        assertThat(health.path("status").asText()).isEqualTo("ready");
        assertThat(health.path("checks").findValuesAsText("name")).containsExactly("database", "workers", "disk");
    }

    @Test
    void withoutItsDatabaseNobodyIsSentHere(@TempDir Path folder) {
        Database gone = TestDatabases.shared().create();
        var time = new SettableTime(NOON);
        var health = new Health(gone, folder, List::of, time);
        assertThat(health.report().status()).isEqualTo(Status.READY);

        gone.close();

        assertThat(health.report().status()).as("within the same second").isEqualTo(Status.READY);
        time.pass(Duration.ofSeconds(1));
        assertThat(health.report().status()).isEqualTo(Status.NOT_READY);
    }

    @Test
    void aWorkerThatFailsIsToldAndOneThatHasEndedCloses(@TempDir Path folder) {
        var time = new SettableTime(NOON);
        try (var worker = new Worker("stubborn", Duration.ofSeconds(1), () -> {
            throw new IllegalStateException("no");
        })) {
            var health = new Health(database, folder, () -> List.of(worker), time);
            assertThat(health.report().status()).as("before it is started").isEqualTo(Status.NOT_READY);

            worker.start();
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (worker.lastFailure().isEmpty()) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.onSpinWait();
            }

            time.pass(Duration.ofSeconds(1));
            assertThat(health.report().status()).isEqualTo(Status.DEGRADED);
            assertThat(health.report().checks().toString()).contains("stubborn");
        }
    }

    @Test
    void theVersionIsTold() {
        assertThat(api.get("/api/v1/version").expect(200).json().path("api").asText())
                .isEqualTo("v1");
    }

    @Test
    void prometheusReadsWhatTheServerDoes() {
        api.get("/api/v1/agents").expect(200);

        String metrics = api.get("/metrics").expect(200).text();

        assertThat(metrics)
                .contains("http_server_requests_seconds_count{method=\"GET\",route=\"/api/v1/agents\",status=\"200\"}")
                .contains("penstock_worker_steps_total{worker=\"agent-presence\"}")
                .contains("penstock_database_connections_max 20.0")
                .contains("penstock_streams 0.0")
                .contains("jvm_memory_used_bytes");
        assertThat(api.get("/metrics").expect(200).text()).contains("route=\"/metrics\"");
    }

    @Test
    void theAuditTrailIsReadByWhoWhatAndWhen() {
        for (int i = 1; i <= 5; i++) {
            int number = i;
            database.useTransaction(tx -> AuditStore.record(
                    tx, parity(number), "pipeline.save", "pipeline/p" + number, Map.of("number", number)));
        }

        JsonNode even =
                api.get("/api/v1/audit?actor=even&action=pipeline.").expect(200).json();
        JsonNode one = api.get("/api/v1/audit?object=pipeline/p3").expect(200).json();
        JsonNode early =
                api.get("/api/v1/audit?until=2020-01-01T00:00:00Z").expect(200).json();

        assertThat(even.path("items").findValuesAsText("object")).containsExactly("pipeline/p4", "pipeline/p2");
        assertThat(one.at("/items/0/detail/number").asInt()).isEqualTo(3);
        assertThat(early.path("items")).isEmpty();
        api.get("/api/v1/audit?from=yesterday").expectProblem(400, "bad_request");
    }

    private static String parity(int number) {
        return number % 2 == 0 ? "even" : "odd";
    }

    @Test
    void pagesOfTheAuditTrailFollowEachOther() {
        for (int i = 0; i < 5; i++) {
            database.useTransaction(tx -> AuditStore.record(tx, "pager", "test.page", "test/page", Map.of()));
        }

        List<String> seen = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = api.get("/api/v1/audit?actor=pager&limit=2" + after)
                    .expect(200)
                    .json();
            seen.addAll(page.path("items").findValuesAsText("seq"));
            after = page.has("next") ? "&after=" + page.path("next").asText() : "";
        } while (!after.isEmpty());

        assertThat(seen).hasSize(5).doesNotHaveDuplicates();
        api.get("/api/v1/audit?limit=0").expectProblem(400, "bad_request");
        api.get("/api/v1/audit?limit=201").expectProblem(400, "bad_request");
        api.get("/api/v1/audit?after=x").expectProblem(400, "bad_request");
    }
}

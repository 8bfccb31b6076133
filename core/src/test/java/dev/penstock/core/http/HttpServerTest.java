package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpServerTest {
    private final TestServer server;
    private final ApiClient api;

    HttpServerTest(Database database, Signals signals, EventStore events) {
        server = TestServer.on(database, signals, events).start();
        api = server.api();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void anEmptyListIsAPageWithoutNext() {
        var page = api.get("/api/v1/agents").expect(200).json();

        assertThat(page.path("items")).isEmpty();
        assertThat(page.has("next")).isFalse();
    }

    @Test
    void aPathThatIsNotThereIsAProblem() {
        api.get("/api/v1/nothing").expectProblem(404, "not_found");
    }

    @Test
    void anUnknownParameterIsRefused() {
        var answer = api.get("/api/v1/agents?sort=name").expectProblem(400, "unknown_parameter");

        assertThat(answer.json().path("detail").asText()).contains("\"sort\"").contains("after, limit, state");
    }

    @Test
    void anUnknownFieldIsNamedWithItsPlace() {
        var answer = api.post("/api/v1/agent-registration-keys", Map.of("descripton", "typo"))
                .expectProblem(422, "invalid");

        assertThat(answer.json().at("/errors/0/pointer").asText()).isEqualTo("/descripton");
        assertThat(answer.json().at("/errors/0/code").asText()).isEqualTo("unknown_key");
    }

    @Test
    void theContractIsServed() {
        var answer = api.get("/api/v1/openapi.yaml").expect(200);

        assertThat(answer.text()).contains("openapi: 3.1.0").contains("/api/v1/agents");
    }
}

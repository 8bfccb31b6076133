package dev.penstock.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.agent.protocol.RegistrationReply;
import dev.penstock.agent.protocol.TokenReply;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.ApiClient.Answer;
import dev.penstock.core.testing.TestAgent;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Agents over HTTP, on a whole server. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AgentRoutesTest {
    private final Database database;
    private final TestServer server;
    private final ApiClient api;

    AgentRoutesTest(Database database, Signals signals, EventStore events) {
        this.database = database;
        server = TestServer.on(database, signals, events).start();
        api = server.api();
    }

    @BeforeEach
    void forget() {
        database.useTransaction(tx -> tx.execute("TRUNCATE agent, agent_assertion, auto_register_key"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void anAgentIsSeenEnabledAndLabelled() throws IOException {
        TestAgent alma = TestAgent.named("alma");
        RegistrationReply pending = register(alma, null);

        JsonNode listed = api.get("/api/v1/agents?state=PENDING")
                .expect(200)
                .json()
                .path("items")
                .path(0);
        JsonNode enabled = api.patch(
                        path(alma),
                        Map.of("state", "ENABLED", "resources", List.of("deploy"), "environments", List.of()))
                .expect(200)
                .json();

        assertThat(pending.state()).isEqualTo(RegistrationReply.State.PENDING);
        assertThat(listed.path("host_name").asText()).isEqualTo("alma");
        assertThat(listed.path("key_fingerprint").asText()).isEqualTo(pending.keyFingerprint());
        assertThat(enabled.path("state").asText()).isEqualTo("ENABLED");
        assertThat(enabled.path("activity").asText()).isEqualTo("IDLE");
        assertThat(enabled.path("resources").path(0).asText()).isEqualTo("deploy");
        assertThat(api.get(path(alma)).expect(200).json()).isEqualTo(enabled);
    }

    @Test
    void agentsComeInPages() throws IOException {
        register(TestAgent.named("alma"), null);
        register(TestAgent.named("bruno"), null);

        JsonNode first = api.get("/api/v1/agents?limit=1").expect(200).json();
        JsonNode second = api.get(
                        "/api/v1/agents?limit=1&after=" + first.path("next").asText())
                .expect(200)
                .json();

        assertThat(first.findValuesAsText("host_name")).containsExactly("alma");
        assertThat(second.findValuesAsText("host_name")).containsExactly("bruno");
        assertThat(second.has("next")).isFalse();
        api.get("/api/v1/agents?after=nonsense").expectProblem(400, "bad_request");
        api.get("/api/v1/agents?state=SLEEPY").expectProblem(400, "bad_request");
        api.get("/api/v1/agents?colour=blue").expectProblem(400, "unknown_parameter");
    }

    @Test
    void manyAreChangedEachByItself() throws IOException {
        TestAgent alma = TestAgent.named("alma");
        register(alma, null);
        String unknown = UUID.randomUUID().toString();

        JsonNode done = api.patch(
                        "/api/v1/agents",
                        Map.of(
                                "ids",
                                List.of(alma.id().value().toString(), unknown),
                                "state",
                                "ENABLED",
                                "resources",
                                Map.of("add", List.of("linux"))))
                .expect(200)
                .json()
                .path("items");

        assertThat(done.path(0).path("changed").asBoolean()).isTrue();
        assertThat(done.path(1).path("code").asText()).isEqualTo("not_found");
        assertThat(api.get(path(alma)).json().path("resources").path(0).asText())
                .isEqualTo("linux");
        api.patch("/api/v1/agents", Map.of("ids", List.of(), "state", "ENABLED"))
                .expectProblem(422, "invalid");
    }

    @Test
    void anAgentIsDeletedWhenItIsDisabled() throws IOException {
        TestAgent alma = TestAgent.named("alma");
        register(alma, null);
        api.patch(path(alma), Map.of("state", "ENABLED")).expect(200);

        api.delete(path(alma)).expectProblem(409, "in_use");
        api.patch(path(alma), Map.of("state", "DISABLED")).expect(200);
        api.delete(path(alma)).expect(204);

        api.get(path(alma)).expectProblem(404, "not_found");
        api.get(path(alma) + "/jobs").expectProblem(404, "not_found");
        api.get("/api/v1/agents/nobody").expectProblem(404, "not_found");
    }

    @Test
    void aRegistrationKeyIsShownOnceEnablesAndIsRevoked() throws IOException {
        Answer made = api.post(
                        "/api/v1/agent-registration-keys",
                        Map.of("description", "ci", "resources", List.of("deploy"), "uses", 3))
                .expect(201);
        String key = made.json().path("key").asText();
        JsonNode listed = api.get("/api/v1/agent-registration-keys")
                .expect(200)
                .json()
                .path("items")
                .path(0);

        RegistrationReply enabled = register(TestAgent.named("alma"), key);
        api.delete(String.valueOf(made.header("Location"))).expect(204);
        RegistrationReply late = register(TestAgent.named("bruno"), key);

        assertThat(listed.has("key")).isFalse();
        assertThat(key).endsWith(listed.path("last_four").asText());
        assertThat(enabled.state()).isEqualTo(RegistrationReply.State.ENABLED);
        assertThat(late.state()).isEqualTo(RegistrationReply.State.PENDING);
        api.delete(String.valueOf(made.header("Location"))).expectProblem(404, "not_found");
        api.post("/api/v1/agent-registration-keys", Map.of("uses", 0)).expectProblem(422, "invalid");
        api.post("/api/v1/agent-registration-keys", Map.of("expires_in_seconds", 5))
                .expectProblem(422, "invalid");
    }

    @Test
    void aTokenOpensTheAgentsRoutesAndNoOthers() throws IOException {
        TestAgent alma = TestAgent.named("alma");
        register(alma, null);
        api.patch(path(alma), Map.of("state", "ENABLED")).expect(200);
        String token = read(
                        send("/agent/v1/token", alma.tokenRequest(Instant.now()))
                                .expect(200),
                        TokenReply.class)
                .accessToken();

        Answer own = api.request("GET", "/agent/v1/jobs/7/fetch?attempt=1&stage=a&job=b&source=c")
                .header("Authorization", "Bearer " + token)
                .send();
        Answer people = api.request("GET", "/api/v1/agents")
                .header("Authorization", "Bearer " + token)
                .send();
        Answer nobody = api.get("/agent/v1/jobs/7/fetch?attempt=1&stage=a&job=b&source=c");

        own.expectProblem(403, "forbidden");
        assertThat(people.status()).isIn(401, 403);
        nobody.expectProblem(401, "unauthenticated");
    }

    @Test
    void onlyPublicKeysArePublished() throws IOException {
        TestAgent alma = TestAgent.named("alma");
        register(alma, null);
        api.patch(path(alma), Map.of("state", "ENABLED")).expect(200);
        send("/agent/v1/token", alma.tokenRequest(Instant.now())).expect(200);

        JsonNode keys = api.get("/.well-known/jwks.json").expect(200).json().path("keys");

        assertThat(keys).isNotEmpty().allSatisfy(key -> assertThat(key.has("d")).isFalse());
    }

    @Test
    void whatIsNoRegistrationIsRefused() {
        Answer garbage = api.request("POST", "/agent/v1/registrations")
                .body("application/json", "{\"protocolVersion\": 1}")
                .send();
        Answer large = api.request("POST", "/agent/v1/registrations")
                .body("application/json", "x".repeat(20_000))
                .send();

        garbage.expectProblem(400, "bad_request");
        large.expectProblem(413, "too_large");
    }

    private RegistrationReply register(TestAgent agent, @Nullable String key) throws IOException {
        return read(
                send("/agent/v1/registrations", agent.registration(Instant.now(), key))
                        .expect(200),
                RegistrationReply.class);
    }

    private Answer send(String path, Object body) throws IOException {
        return api.request("POST", path)
                .bytes("application/json", Json.PROTOCOL.writeValueAsBytes(body))
                .send();
    }

    private static <T> T read(Answer answer, Class<T> type) throws IOException {
        return Json.PROTOCOL.readValue(answer.bytes(), type);
    }

    private static String path(TestAgent agent) {
        return "/api/v1/agents/" + agent.id().value();
    }
}

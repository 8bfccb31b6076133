package dev.penstock.core.testing;

import dev.penstock.agent.protocol.RegistrationReply;
import dev.penstock.agent.protocol.TokenReply;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.testing.ApiClient.Answer;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;

/** An agent that a person has enabled and that has a token: makes requests as agents do. Thread-safe. */
public final class ConnectedAgent {
    private final ApiClient api;
    private final TestAgent agent;
    private final String token;

    private ConnectedAgent(ApiClient api, TestAgent agent, String token) {
        this.api = api;
        this.agent = agent;
        this.token = token;
    }

    public static ConnectedAgent to(TestServer server, String hostName) {
        ApiClient api = server.api();
        TestAgent agent = TestAgent.named(hostName);
        var registered = send(api, "/agent/v1/registrations", agent.registration(Instant.now(), null));
        read(registered, RegistrationReply.class);
        api.patch("/api/v1/agents/" + agent.id().value(), Map.of("state", "ENABLED"))
                .expect(200);
        var reply =
                send(api, "/agent/v1/token", agent.tokenRequest(Instant.now())).expect(200);
        return new ConnectedAgent(api, agent, read(reply, TokenReply.class).accessToken());
    }

    private static Answer send(ApiClient api, String path, Object body) {
        return api.request("POST", path).bytes("application/json", bytes(body)).send();
    }

    private static byte[] bytes(Object body) {
        try {
            return Json.PROTOCOL.writeValueAsBytes(body);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The body of an answer as a record of the protocol. */
    public static <T> T read(Answer answer, Class<T> type) {
        try {
            return Json.PROTOCOL.readValue(answer.bytes(), type);
        } catch (IOException e) {
            throw new AssertionError(answer.request() + " answered " + answer.text(), e);
        }
    }

    public AgentId id() {
        return agent.id();
    }

    /** The value of its {@code Authorization} header, for requests that are made by hand. */
    public String authorization() {
        return "Bearer " + token;
    }

    /** A request of this agent, to be sent. */
    public ApiClient.Request request(String method, String path) {
        return api.request(method, path).header("Authorization", authorization());
    }

    public Answer put(String path, byte[] body) {
        return request("PUT", path).bytes("application/octet-stream", body).send();
    }

    public Answer get(String path) {
        return request("GET", path).send();
    }
}

package dev.penstock.agent.server;

import dev.penstock.agent.json.Json;
import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.RegistrationReply;
import dev.penstock.agent.protocol.RegistrationRequest;
import dev.penstock.agent.protocol.TokenReply;
import dev.penstock.agent.protocol.TokenRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The agent's standing with the server: registration, and the token that goes with every request. Thread-safe. */
public final class Session {
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private final Line line;
    private final Identity identity;
    private final InstantSource clock;
    private String token = "";
    private long renewAtNanos;

    /**
     * What the agent shows to be enabled without a person.
     *
     * @param key null to wait for one
     */
    public record Wish(@Nullable String key, List<String> resources, List<String> environments) {}

    public Session(Connections connections, Identity identity, InstantSource clock) {
        this.line = connections.open();
        this.identity = identity;
        this.clock = clock;
    }

    /** Makes the agent known, or asks where it stands. */
    public synchronized RegistrationReply register(AgentFacts facts, Wish wish) throws IOException {
        token = "";
        var request = new RegistrationRequest(
                Protocol.VERSION,
                identity.assertion(clock.instant()),
                facts,
                wish.key(),
                wish.resources(),
                wish.environments());
        Reply reply = post("/agent/v1/registrations", Json.write(request));
        if (!reply.isGood()) {
            throw refusal(reply);
        }
        return Json.read(reply.body(), RegistrationReply.class);
    }

    /** A token that is good for some more minutes; asks for one when there is none. */
    synchronized String token() throws IOException {
        if (token.isEmpty() || System.nanoTime() - renewAtNanos >= 0) {
            var request = new TokenRequest(Protocol.VERSION, identity.assertion(clock.instant()));
            Reply reply = post("/agent/v1/token", Json.write(request));
            if (reply.status() == 403 || reply.status() == 404) {
                throw new ServerException.NotRegistered(reply.detail());
            }
            if (!reply.isGood()) {
                throw refusal(reply);
            }
            TokenReply given = Json.read(reply.body(), TokenReply.class);
            if (given.accessToken().chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new IOException("The server gave a token with characters that no header can hold");
            }
            token = given.accessToken();
            renewAtNanos = System.nanoTime()
                    + Duration.ofSeconds(given.expiresInSeconds()).toNanos() * 2 / 3;
        }
        return token;
    }

    /** Forgets a token that the server did not take, unless another one has come meanwhile. */
    synchronized void refused(String refused) {
        if (token.equals(refused)) {
            token = "";
        }
    }

    private Reply post(String target, byte[] json) throws IOException {
        return line.send(new Request("POST", target, Request.json(json), SILENCE), "", null);
    }

    private static IOException refusal(Reply reply) {
        String detail = "status " + reply.status() + (reply.detail().isEmpty() ? "" : ": " + reply.detail());
        return reply.status() == 429 || reply.status() >= 500
                ? new ServerException.Busy("The server says " + detail, reply.retryAfterSeconds())
                : new ServerException.Refused(reply.status(), "The server refuses this agent with " + detail);
    }
}

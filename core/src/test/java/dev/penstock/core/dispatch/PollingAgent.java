package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.ReportReply;
import dev.penstock.agent.protocol.TokenReply;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.testing.TestAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An agent over HTTP: says what a test lets it say. */
final class PollingAgent {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final int LONG_WAIT = 25;

    final TestAgent identity;
    private final URI server;
    private final String token;

    private PollingAgent(URI server, TestAgent identity, String token) {
        this.server = server;
        this.identity = identity;
        this.token = token;
    }

    static PollingAgent enabled(TestNode node, String hostName, List<String> resources) {
        TestAgent identity = TestAgent.named(hostName);
        URI server = node.address();
        send(server, "/agent/v1/registrations", identity.registration(Instant.now(), null), null)
                .join();
        node.api()
                .patch("/api/v1/agents/" + identity.id().value(), Map.of("state", "ENABLED", "resources", resources))
                .expect(200);
        return new PollingAgent(server, identity, token(server, identity));
    }

    private static String token(URI server, TestAgent identity) {
        var answer = send(server, "/agent/v1/token", identity.tokenRequest(Instant.now()), null)
                .join();
        return read(answer.body(), TokenReply.class).accessToken();
    }

    /** The same agent at another server. */
    PollingAgent at(TestNode other) {
        return new PollingAgent(other.address(), identity, token);
    }

    /** The same agent with a new token. */
    PollingAgent refreshed() {
        return new PollingAgent(server, identity, token(server, identity));
    }

    AgentId id() {
        return identity.id();
    }

    /** Asks for work and waits for the answer as long as it takes. */
    CompletableFuture<PollReply> park() {
        return park(identity.facts(), List.of(), true, LONG_WAIT);
    }

    /** Asks while it is at work. */
    CompletableFuture<PollReply> park(HeldJob... held) {
        return park(identity.facts(), List.of(held), false, LONG_WAIT);
    }

    /** Asks for work for the first time since its process was started. */
    CompletableFuture<PollReply> parkFresh() {
        return park(new PollRequest(Protocol.VERSION, identity.facts(), List.of(), true, LONG_WAIT, true));
    }

    CompletableFuture<PollReply> park(AgentFacts facts, List<HeldJob> held, boolean idle, int waitSeconds) {
        return park(new PollRequest(Protocol.VERSION, facts, held, idle, waitSeconds));
    }

    private CompletableFuture<PollReply> park(PollRequest request) {
        return send(server, "/agent/v1/poll", request, token).thenApply(answer -> {
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(answer.statusCode() + " " + answer.body());
            }
            return read(answer.body(), PollReply.class);
        });
    }

    HttpResponse<String> poll(PollRequest request) {
        return send(server, "/agent/v1/poll", request, token).join();
    }

    /** The job that it gets, within some seconds. */
    JobAssignment job() {
        return job(park());
    }

    static JobAssignment job(CompletableFuture<PollReply> poll) {
        return Objects.requireNonNull(reply(poll).assignment(), "no assignment");
    }

    static PollReply reply(CompletableFuture<PollReply> poll) {
        try {
            return poll.get(20, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("No answer to the poll", e);
        }
    }

    HttpResponse<String> report(long job, JobReport report) {
        return send(server, "/agent/v1/jobs/" + job + "/report", report, token).join();
    }

    /** Reports the end of a job that passed, with a console of one line. */
    ReportReply finish(JobAssignment job) {
        return accepted(report(job.jobId(), passed(job, "done\n")));
    }

    static JobReport passed(JobAssignment job, String console) {
        byte[] bytes = console.getBytes(StandardCharsets.UTF_8);
        return new JobReport(
                job.attempt(),
                List.of(new JobReport.PhaseEntered(JobReport.Phase.BUILDING, Instant.now())),
                List.of(),
                new JobReport.ConsoleChunk(0, bytes),
                new JobReport.End(JobReport.Result.PASSED, null, null, Instant.now(), bytes.length, List.of(), 0));
    }

    static ReportReply accepted(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return read(answer.body(), ReportReply.class);
    }

    HttpResponse<String> get(String path) {
        var request = HttpRequest.newBuilder(server.resolve(path))
                .header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(20));
        return HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    static FetchReply files(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return read(answer.body(), FetchReply.class);
    }

    static HeldJob held(JobAssignment job) {
        return new HeldJob(job.jobId(), job.attempt());
    }

    private static CompletableFuture<HttpResponse<String>> send(
            URI server, String path, Object body, @Nullable String token) {
        try {
            var request = HttpRequest.newBuilder(server.resolve(path))
                    .timeout(Duration.ofSeconds(60))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(Json.PROTOCOL.writeValueAsBytes(body)));
            if (token != null) {
                request.header("Authorization", "Bearer " + token);
            }
            return HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T read(String body, Class<T> type) {
        try {
            return Json.PROTOCOL.readValue(body, type);
        } catch (IOException e) {
            throw new AssertionError("Not a " + type.getSimpleName() + ": " + body, e);
        }
    }
}

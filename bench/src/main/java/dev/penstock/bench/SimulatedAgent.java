package dev.penstock.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.RegistrationReply;
import dev.penstock.agent.protocol.RegistrationRequest;
import dev.penstock.agent.protocol.TokenReply;
import dev.penstock.agent.protocol.TokenRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** An agent of the real protocol with a real key and token, and no disk: many fit into one process. */
final class SimulatedAgent {
    static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final HttpClient http;
    private final String server;
    private final String name;
    private final UUID id = UUID.randomUUID();
    private final ECKey key;
    private String token = "";

    SimulatedAgent(HttpClient http, String server, String name) throws JOSEException {
        this.http = http;
        this.server = server;
        this.name = name;
        this.key = new ECKeyGenerator(Curve.P_256).generate();
    }

    /** Registers with a key that enables it at once, and gets its token. */
    void join(String autoRegisterKey, List<String> resources) throws IOException, InterruptedException, JOSEException {
        var reply = post(
                "/agent/v1/registrations",
                new RegistrationRequest(Protocol.VERSION, assertion(), facts(), autoRegisterKey, resources, List.of()),
                RegistrationReply.class);
        if (reply.state() != RegistrationReply.State.ENABLED) {
            throw new IOException("Agent " + name + " is " + reply.state() + " after its registration");
        }
        token = post("/agent/v1/token", new TokenRequest(Protocol.VERSION, assertion()), TokenReply.class)
                .accessToken();
    }

    /** Asks for work once, waiting at most {@code waitSeconds}. */
    PollReply poll(int waitSeconds) throws IOException, InterruptedException {
        return post("/agent/v1/poll", request(waitSeconds), PollReply.class);
    }

    /** Asks for work and holds no thread meanwhile. */
    CompletableFuture<HttpResponse<String>> park(int waitSeconds) throws IOException {
        return http.sendAsync(
                http("/agent/v1/poll", JSON.writeValueAsString(request(waitSeconds))),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Sends with its token, over a connection of its own. */
    ByteSender sender() throws IOException {
        return new ByteSender(URI.create(server).getPort(), token);
    }

    /** Says that a job has passed whose console is there. */
    void pass(JobAssignment job, long consoleLength) throws IOException, InterruptedException {
        var end = new JobReport.End(JobReport.Result.PASSED, null, null, Instant.now(), consoleLength, List.of(), 0);
        post(
                "/agent/v1/jobs/" + job.jobId() + "/report",
                new JobReport(job.attempt(), List.of(), List.of(), null, end),
                String.class);
    }

    /** Runs what it was given, as the least agent would: the program of each exec task, no journal, one report. */
    void run(JobAssignment job) throws IOException, InterruptedException {
        Instant begun = Instant.now();
        int exitCode = 0;
        for (JobAssignment.Task task : job.tasks()) {
            Process process = new ProcessBuilder(String.valueOf(task.options().get("command")))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            process.getInputStream().readAllBytes();
            exitCode = Math.max(exitCode, process.waitFor());
        }
        byte[] console = ("##|" + begun + " done\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        var end = new JobReport.End(
                exitCode == 0 ? JobReport.Result.PASSED : JobReport.Result.FAILED,
                exitCode == 0 ? null : JobReport.Reason.TASK_FAILED,
                exitCode == 0 ? null : "exited with code " + exitCode,
                Instant.now(),
                console.length,
                List.of(),
                0);
        var report = new JobReport(
                job.attempt(),
                List.of(new JobReport.PhaseEntered(JobReport.Phase.BUILDING, begun)),
                List.of(),
                new JobReport.ConsoleChunk(0, console),
                end);
        post("/agent/v1/jobs/" + job.jobId() + "/report", report, String.class);
    }

    private PollRequest request(int waitSeconds) {
        return new PollRequest(Protocol.VERSION, facts(), List.of(), true, waitSeconds);
    }

    private AgentFacts facts() {
        return new AgentFacts(name, "127.0.0.1", "Linux", "bench", "/tmp/" + name, 100L << 30, "0.1.0");
    }

    private String assertion() throws JOSEException {
        Instant now = Instant.now();
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(Protocol.ASSERTION_TYPE))
                .jwk(key.toPublicJWK())
                .build();
        var claims = new JWTClaimsSet.Builder()
                .subject(id.toString())
                .audience(Protocol.ASSERTION_AUDIENCE)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(50)))
                .jwtID(UUID.randomUUID().toString())
                .build();
        var jwt = new SignedJWT(header, claims);
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }

    private <T> T post(String path, Object body, Class<T> type) throws IOException, InterruptedException {
        var answer = http.send(http(path, JSON.writeValueAsString(body)), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException("POST " + path + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return type == String.class ? type.cast(answer.body()) : JSON.readValue(answer.body(), type);
    }

    private HttpRequest http(String path, String body) {
        var request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(Duration.ofSeconds(90))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return request.build();
    }
}

package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.DispatchFixture.exec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.JobReport.ConsoleChunk;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.PipelineDefinition.LockBehavior;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.testing.ApiClient.Answer;
import dev.penstock.core.testing.ConnectedAgent;
import dev.penstock.core.testing.TestAgent;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** All features together: two stages, an artifact between them, and what people see of it. */
@WithDatabase
final class WholeServerTest {
    private static final byte[] WAR = "war".getBytes(StandardCharsets.UTF_8);

    private final RunFixture runs;
    private final TestServer server;

    WholeServerTest(Database database, Signals signals, EventStore events) {
        runs = new RunFixture(database, signals, events);
        server = TestServer.on(database, signals, events).start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aRunGoesFromItsStartToItsEnd() throws IOException {
        runs.save(new PipelineDefinition(
                "deploy",
                "main",
                "${COUNT}",
                -1,
                LockBehavior.NONE,
                null,
                Map.of(),
                null,
                null,
                List.of(),
                List.of(),
                List.of(
                        RunFixture.stage("build", DispatchFixture.job("unit", exec("mvn"))),
                        RunFixture.stage("ship", DispatchFixture.job("copy", exec("ant"))))));
        ConnectedAgent alma = ConnectedAgent.to(server, "alma");
        runs.trigger("deploy");

        JobAssignment build = poll(alma);
        alma.put("/agent/v1/jobs/" + build.jobId() + "/blobs/" + sha256() + "?attempt=1", WAR)
                .expect(201);
        report(alma, build, List.of(new PublishedArtifact("pkg/app.war", sha256(), WAR.length, false)));
        JobAssignment ship = poll(alma);
        var files = ConnectedAgent.read(
                alma.get("/agent/v1/jobs/" + ship.jobId()
                                + "/fetch?attempt=1&stage=build&job=unit&source=pkg&is_file=false")
                        .expect(200),
                FetchReply.class);
        Answer bytes = alma.get("/agent/v1/jobs/" + ship.jobId() + "/blobs/" + sha256() + "?attempt=1");
        report(alma, ship, List.of());

        assertThat(files.files()).containsExactly(new FetchReply.File("app.war", sha256(), WAR.length));
        assertThat(bytes.expect(200).bytes()).isEqualTo(WAR);
        assertThat(runs.runs()).containsExactly("deploy/1 PASSED");
        assertThat(server.api()
                        .get("/api/v1/jobs/" + build.jobId() + "/console")
                        .text())
                .isEqualTo("done\n");
        assertThat(server.api()
                        .get("/api/v1/jobs/" + build.jobId() + "/artifacts/pkg/app.war")
                        .expect(200)
                        .bytes())
                .isEqualTo(WAR);
        assertThat(server.api().get("/api/v1/queue").expect(200).json().path("items"))
                .isEmpty();
        assertThat(server.api()
                        .get("/api/v1/agents/" + alma.id().value() + "/jobs")
                        .expect(200)
                        .json()
                        .findValuesAsText("locator"))
                .containsExactly(ship.locator(), build.locator());
    }

    private static JobAssignment poll(ConnectedAgent agent) throws IOException {
        var request = new PollRequest(Protocol.VERSION, TestAgent.named("alma").facts(), List.of(), true, 20);
        Answer answer = agent.request("POST", "/agent/v1/poll")
                .bytes("application/json", Json.PROTOCOL.writeValueAsBytes(request))
                .send()
                .expect(200);
        return Objects.requireNonNull(
                ConnectedAgent.read(answer, PollReply.class).assignment());
    }

    private static void report(ConnectedAgent agent, JobAssignment job, List<PublishedArtifact> artifacts)
            throws IOException {
        byte[] console = "done\n".getBytes(StandardCharsets.UTF_8);
        var end = new End(JobReport.Result.PASSED, null, null, Instant.now(), console.length, artifacts, 0);
        var report = new JobReport(job.attempt(), List.of(), List.of(), new ConsoleChunk(0, console), end);
        agent.request("POST", "/agent/v1/jobs/" + job.jobId() + "/report")
                .bytes("application/json", Json.PROTOCOL.writeValueAsBytes(report))
                .send()
                .expect(200);
    }

    private static String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(WAR));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

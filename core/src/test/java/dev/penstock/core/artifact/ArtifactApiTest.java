package dev.penstock.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.core.artifact.report.ReportReader;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobEvent.Claimed;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.ConnectedAgent;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArtifactApiTest {
    private final TestServer server;
    private final ApiClient api;
    private final ArtifactFixture on;
    private final Path folder;

    private String pipeline = "";
    private JobRunId job = new JobRunId(1);
    private ConnectedAgent alma;

    ArtifactApiTest(Database database, Signals signals, EventStore events) throws IOException {
        server = TestServer.on(database, signals, events).start();
        api = server.api();
        folder = server.data().resolve("artifacts");
        on = new ArtifactFixture(database, signals, events, folder);
        alma = ConnectedAgent.to(server, "alma");
    }

    @BeforeEach
    void runningJob() {
        alma = ConnectedAgent.to(server, "alma");
        pipeline = on.pipeline("build", "deploy");
        on.runs.trigger(pipeline);
        on.runs.apply(locator("build"), new Claimed(alma.id(), "alma"));
        job = on.runs.jobId(locator("build"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void anAgentUploadsOnceAndIsToldWhatIsThere() {
        byte[] content = "jar".getBytes(StandardCharsets.UTF_8);
        String path = blob(job, ArtifactFixture.sha256(content));

        alma.put(path, content).expect(201);
        alma.put(path, content).expect(200);
        alma.put(blob(job, ArtifactFixture.sha256("other")), content).expectProblem(422, "invalid");
        alma.put(blob(job, "..%2f..%2fx"), content).expect(400);
        alma.put(blob(job, "ABC"), content).expectProblem(400, "bad_request");
    }

    @Test
    void bytesThatAreThereAreNotAskedForAgain() throws IOException {
        byte[] content = "jar of everybody".getBytes(StandardCharsets.UTF_8);
        String path = blob(job, ArtifactFixture.sha256(content));

        assertThat(firstAnswerToAnnouncement(path, content.length)).startsWith("HTTP/1.1 100");
        alma.put(path, content).expect(201);
        assertThat(firstAnswerToAnnouncement(path, content.length)).startsWith("HTTP/1.1 200");
    }

    /** Says that bytes will come when the server wants them, and does not send them. */
    private String firstAnswerToAnnouncement(String path, int length) throws IOException {
        try (var socket =
                new Socket(server.address().getHost(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            String head =
                    "PUT " + path + " HTTP/1.1\r\nHost: " + server.address().getAuthority()
                            + "\r\nAuthorization: " + alma.authorization()
                            + "\r\nContent-Type: application/octet-stream\r\nExpect: 100-continue\r\nContent-Length: "
                            + length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            return String.valueOf(reader.readLine());
        }
    }

    @Test
    void onlyTheAgentThatHoldsTheJobUploads() {
        byte[] content = "x".getBytes(StandardCharsets.UTF_8);
        String path = blob(job, ArtifactFixture.sha256(content));

        ConnectedAgent.to(server, "bruno").put(path, content).expectProblem(403, "forbidden");
        api.request("PUT", path)
                .bytes("application/octet-stream", content)
                .send()
                .expect(401);
    }

    @Test
    void aJobFetchesFromItsOwnRunAndFromNoOther() {
        publish(Map.of("app.jar", "the jar"));
        JobRunId deploy = on.runs.jobId(locator("deploy"));
        var bruno = ConnectedAgent.to(server, "bruno");
        on.runs.apply(locator("deploy"), new Claimed(bruno.id(), "bruno"));
        String sha256 = ArtifactFixture.sha256("the jar");

        assertThat(bruno.get(blob(deploy, sha256)).expect(200).text()).isEqualTo("the jar");

        String other = on.pipeline("build");
        on.runs.trigger(other);
        var carla = ConnectedAgent.to(server, "carla");
        on.runs.apply(other + "/1/build/1/unit", new Claimed(carla.id(), "carla"));
        carla.get(blob(on.runs.jobId(other + "/1/build/1/unit"), sha256)).expectProblem(404, "not_found");
    }

    @Test
    void listsFoldersPageByPage() {
        publish(Map.of("b.txt", "b", "site/index.html", "html", "site/css/a.css", "css"));

        var root = api.get(artifacts("")).expect(200).json();
        var page = api.get(artifacts("?path=site&limit=1")).expect(200).json();
        var next = api.get(artifacts(
                        "?path=site&limit=1&after=" + page.path("next").asText()))
                .expect(200)
                .json();

        assertThat(root.path("items").findValuesAsText("name")).containsExactly("b.txt", "site");
        assertThat(root.at("/items/1/files").asInt()).isEqualTo(2);
        assertThat(page.at("/items/0/path").asText()).isEqualTo("site/css");
        assertThat(next.at("/items/0/path").asText()).isEqualTo("site/index.html");
        api.get(artifacts("?path=nowhere")).expectProblem(404, "not_found");
        api.get("/api/v1/jobs/999999/artifacts").expectProblem(404, "not_found");
    }

    @Test
    void servesAFileSoThatNothingOfItRuns() {
        publish(Map.of("site/index.html", "<script>alert(1)</script>", "notes.txt", "text"));

        var page = api.get(artifacts("/site/index.html")).expect(200);
        assertThat(page.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(page.header("Content-Disposition")).startsWith("attachment;");
        assertThat(page.header("Content-Security-Policy")).startsWith("sandbox;");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        var text = api.get(artifacts("/notes.txt")).expect(200);
        assertThat(text.header("Content-Type")).startsWithIgnoringCase("text/plain");
        assertThat(text.header("Content-Disposition")).startsWith("inline;");
        assertThat(text.text()).isEqualTo("text");
    }

    @Test
    void servesRangesAndKnowsWhatTheClientHas() {
        publish(Map.of("notes.txt", "0123456789"));
        String tag = "\"" + ArtifactFixture.sha256("0123456789") + "\"";

        var part = api.request("GET", artifacts("/notes.txt"))
                .header("Range", "bytes=2-4")
                .send()
                .expect(206);
        assertThat(part.text()).isEqualTo("234");
        assertThat(part.header("Content-Range")).isEqualTo("bytes 2-4/10");
        api.request("GET", artifacts("/notes.txt"))
                .header("If-None-Match", tag)
                .send()
                .expect(304);
        api.request("GET", artifacts("/notes.txt"))
                .header("Range", "bytes=2-4")
                .header("If-Range", "\"other\"")
                .send()
                .expect(200);
        api.request("GET", artifacts("/notes.txt"))
                .header("Range", "bytes=10-")
                .send()
                .expectProblem(416, "range_not_satisfiable");
    }

    @Test
    void noPathLeavesTheJob() {
        publish(Map.of("notes.txt", "text"));

        for (String path : List.of(
                "/..%2f..%2fmaster.key", "/%2e%2e%2f%2e%2e%2fmaster.key", "/..%5c..%5cmaster.key", "/notes.txt%00")) {
            int status = api.get(artifacts(path)).status();
            assertThat(status).as(path).isIn(400, 404);
        }
        api.get(artifacts("?path=..%2f..")).expectProblem(404, "not_found");
    }

    @Test
    void aFolderIsAZip() throws IOException {
        publish(Map.of("site/index.html", "html", "site/css/ä.css", "css", "other.txt", "x"));

        var zip = api.get("/api/v1/jobs/" + job.value() + "/artifacts.zip?path=site")
                .expect(200);

        assertThat(zip.header("Content-Disposition")).startsWith("attachment; filename=\"site.zip\"");
        assertThat(unzipped(zip.bytes()))
                .containsExactlyInAnyOrderEntriesOf(Map.of("index.html", "html", "css/ä.css", "css"));
        api.get("/api/v1/jobs/" + job.value() + "/artifacts.zip?path=none").expectProblem(404, "not_found");
    }

    @Test
    void aDamagedFileIsNeverTakenForAGoodOne() throws IOException {
        byte[] content = new byte[1 << 20];
        new Random(1).nextBytes(content);
        String sha256 = ArtifactFixture.sha256(content);
        on.upload(job, sha256, content);
        on.publish(job, List.of(new PublishedArtifact("big/a.bin", sha256, content.length, false)));
        Path file = folder.resolve(sha256.substring(0, 2)).resolve(sha256);
        content[500_000] ^= 1;
        Files.write(file, content);

        assertThatThrownBy(() -> api.get(artifacts("/big/a.bin"))).isInstanceOf(java.io.UncheckedIOException.class);
        assertThatThrownBy(() -> api.get("/api/v1/jobs/" + job.value() + "/artifacts.zip"))
                .isInstanceOf(java.io.UncheckedIOException.class);
        Files.write(file, new byte[10]);
        var answer = api.get(artifacts("/big/a.bin")).expectProblem(500, "internal");
        assertThat(answer.json().path("detail").asText()).contains("lost or damaged");
    }

    @Test
    void whatRetentionDeletedIsGoneAndSaysSo() {
        publish(Map.of("notes.txt", "text"));
        on.database.useTransaction(tx -> RetentionStore.delete(
                tx,
                new dev.penstock.core.platform.ids.StageRunId(
                        on.runs.one(Long.class, "SELECT stage_run_id FROM job_run WHERE id = " + job.value()))));

        api.get(artifacts("/notes.txt")).expectProblem(410, "gone");
        api.get(artifacts("")).expectProblem(410, "gone");
        api.put(keeping(), Map.of("keep", true)).expectProblem(410, "gone");
    }

    @Test
    void aPersonKeepsTheArtifactsOfAStage() {
        publish(Map.of("notes.txt", "text"));

        assertThat(api.get(keeping()).expect(200).json().path("keep").asBoolean())
                .isFalse();
        api.put(keeping(), Map.of("keep", true)).expect(200);

        assertThat(api.get(keeping()).expect(200).json().path("keep").asBoolean())
                .isTrue();
        api.put(keeping().replace("build", "none"), Map.of("keep", true)).expectProblem(404, "not_found");
    }

    @Test
    void testReportsAreReadAndShownBadOnesFirst() {
        publish(Map.of(
                "reports/TEST-a.xml",
                "<testsuite name='A'><testcase name='good' time='1.5'/>"
                        + "<testcase name='bad'><failure message='no'>trace with hunter22</failure></testcase></testsuite>",
                "reports/TEST-b.xml",
                "<testsuite name='B'><testcase name='skipped'><skipped/></testcase></testsuite>",
                "reports/broken.xml",
                "<testsuite>"));
        read();

        var summary =
                api.get("/api/v1/jobs/" + job.value() + "/tests").expect(200).json();
        assertThat(summary.path("pending").asBoolean()).isFalse();
        assertThat(List.of(
                        summary.path("total").asInt(),
                        summary.path("passed").asInt(),
                        summary.path("failed").asInt(),
                        summary.path("skipped").asInt()))
                .containsExactly(3, 1, 1, 1);
        assertThat(summary.at("/problems/0").asText()).contains("\"reports/broken.xml\" cannot be read");
        var cases = api.get("/api/v1/jobs/" + job.value() + "/tests/cases?limit=2")
                .expect(200)
                .json();
        assertThat(cases.path("items").findValuesAsText("name")).containsExactly("bad", "good");
        var rest = api.get("/api/v1/jobs/" + job.value() + "/tests/cases?after="
                        + cases.path("next").asText())
                .expect(200)
                .json();
        assertThat(rest.path("items").findValuesAsText("status")).containsExactly("SKIPPED");
        assertThat(api.get("/api/v1/jobs/" + job.value() + "/tests/cases?status=FAILED")
                        .expect(200)
                        .json()
                        .at("/items/0/detail")
                        .asText())
                .isEqualTo("trace with ********");
    }

    @Test
    void theTrendOfAJobGoesOverTheRunsOfItsPipeline() {
        publish(Map.of("TEST-a.xml", "<testsuite name='A'><testcase name='a'><error/></testcase></testsuite>"));
        on.runs.trigger(pipeline);
        AgentId agent = on.claim(pipeline + "/2/build/1/unit");
        JobRunId second = on.runs.jobId(pipeline + "/2/build/1/unit");
        on.publish(
                second,
                List.of(on.uploaded(
                        second, "TEST-a.xml", "<testsuite name='A'><testcase name='a' time='2'/></testsuite>")));
        on.end(pipeline + "/2/build/1/unit", agent, JobResult.PASSED);
        read();

        String trend = "/api/v1/pipelines/" + pipeline + "/tests/trend?stage=build&job=unit";
        var points = api.get(trend).expect(200).json().path("items");

        assertThat(points).hasSize(2);
        assertThat(points.at("/0/counter").asInt()).isEqualTo(2);
        assertThat(points.at("/0/passed").asInt()).isEqualTo(1);
        assertThat(points.at("/1/errors").asInt()).isEqualTo(1);
        api.get("/api/v1/pipelines/" + pipeline + "/tests/trend?stage=build").expectProblem(400, "bad_request");
    }

    @Test
    void aJobWithoutReportsSaysSo() {
        publish(Map.of("notes.txt", "text"));

        api.get("/api/v1/jobs/" + job.value() + "/tests").expectProblem(404, "not_found");
    }

    /** Uploads, publishes, and ends the job of the first stage. */
    private void publish(Map<String, String> files) {
        on.publish(
                job,
                files.entrySet().stream()
                        .map(file -> on.uploaded(job, file.getKey(), file.getValue()))
                        .toList());
        on.end(locator("build"), alma.id(), JobResult.PASSED);
    }

    private void read() {
        var reader = new ReportReader(
                on.database,
                (sha256, size) -> Channels.newInputStream(on.blobs.open(sha256, size)),
                _ -> List.of("hunter22"));
        int read = 0;
        while (reader.step() && read < 100) {
            read++;
        }
    }

    private String locator(String stage) {
        return pipeline + "/1/" + stage + "/1/unit";
    }

    private String artifacts(String more) {
        return "/api/v1/jobs/" + job.value() + "/artifacts" + more;
    }

    private String keeping() {
        return "/api/v1/pipelines/" + pipeline + "/runs/1/stages/build/1/artifacts";
    }

    private static String blob(JobRunId job, String sha256) {
        return "/agent/v1/jobs/" + job.value() + "/blobs/" + sha256 + "?attempt=1";
    }

    private static Map<String, String> unzipped(byte[] bytes) throws IOException {
        var files = new LinkedHashMap<String, String>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }
}

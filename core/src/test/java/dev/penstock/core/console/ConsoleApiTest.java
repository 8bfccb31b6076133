package dev.penstock.core.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.ConsoleReply;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.secret.MasterKey;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.core.secret.Vault;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.ConnectedAgent;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleApiTest {
    private final TestServer server;
    private final ApiClient api;
    /** Ends jobs as the server does, over the same folder. */
    private final ConsoleFixture on;

    private ConnectedAgent alma;
    private JobRunId job;

    ConsoleApiTest(Database database, Signals signals, EventStore events) throws IOException {
        server = TestServer.on(database, signals, events).start();
        api = server.api();
        on = new ConsoleFixture(database, signals, events, server.data().resolve("consoles"), 64L << 20);
        alma = ConnectedAgent.to(server, "alma");
        job = on.runningJob(alma.id());
    }

    @BeforeEach
    void freshJob() {
        alma = ConnectedAgent.to(server, "alma");
        job = on.runningJob(alma.id());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void anAgentSendsChunksAndIsToldWhereToGoOn() {
        assertThat(put(0, "hello ")).isEqualTo(new ConsoleReply(6, false));
        assertThat(put(0, "hello ")).isEqualTo(new ConsoleReply(6, false));
        assertThat(put(6, "world\n")).isEqualTo(new ConsoleReply(12, false));

        var gap = alma.put(console(100), "beyond".getBytes(StandardCharsets.UTF_8))
                .expect(409);

        assertThat(ConnectedAgent.read(gap, ConsoleReply.class)).isEqualTo(new ConsoleReply(12, false));
        assertThat(api.get(path("")).expect(200).text()).isEqualTo("hello world\n");
    }

    @Test
    void anAgentWritesOnlyToTheJobThatItHolds() {
        ConnectedAgent other = ConnectedAgent.to(server, "bruno");

        other.put(console(0), "mine".getBytes(StandardCharsets.UTF_8)).expectProblem(403, "forbidden");
        alma.put(console(0).replace("attempt=1", "attempt=2"), new byte[1]).expectProblem(403, "forbidden");
        api.request("PUT", console(0))
                .bytes("application/octet-stream", new byte[1])
                .send()
                .expect(401);
    }

    @Test
    void badNumbersAndLargeChunksAreRefused() {
        alma.put(console(-1), new byte[1]).expectProblem(400, "bad_request");
        alma.put(console(0).replace("attempt=1", "attempt=x"), new byte[1]).expectProblem(400, "bad_request");
        alma.put("/agent/v1/jobs/..%2f1/console?attempt=1&offset=0", new byte[1])
                .expect(400);
        alma.put(console(0), new byte[Protocol.MAX_CONSOLE_CHUNK_BYTES + 1]).expectProblem(413, "too_large");
    }

    @Test
    void readsRangesAndTheLastLines() {
        put(0, "one\ntwo\nthree\nfour");

        var part =
                api.request("GET", path("")).header("Range", "bytes=4-6").send().expect(206);
        assertThat(part.text()).isEqualTo("two");
        assertThat(part.header("Content-Range")).isEqualTo("bytes 4-6/18");
        assertThat(api.request("GET", path(""))
                        .header("Range", "bytes=-4")
                        .send()
                        .expect(206)
                        .text())
                .isEqualTo("four");
        assertThat(api.get(path("?tail=2")).expect(200).text()).isEqualTo("three\nfour");
        assertThat(api.get(path("?tail=9")).expect(200).text()).isEqualTo("one\ntwo\nthree\nfour");
        api.request("GET", path("")).header("Range", "bytes=18-").send().expectProblem(416, "range_not_satisfiable");
        api.get(path("?tail=0")).expectProblem(400, "bad_request");
    }

    @Test
    void isPlainTextThatNoBrowserRuns() {
        put(0, "<script>alert(1)</script>\n");

        var answer = api.get(path("")).expect(200);

        assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=utf-8");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Content-Security-Policy")).startsWith("sandbox");
        assertThat(answer.header("X-Console-State")).isEqualTo("open");
        assertThat(answer.header("X-Console-Length")).isEqualTo("26");
    }

    @Test
    void secretsThatTheAgentLetThroughAreStarredAlsoBetweenChunks() throws IOException {
        var vault = new Vault(
                MasterKey.open(server.data().resolve("master.key")), on.database.read(SecretStore::installation));
        ConnectedAgent carla = ConnectedAgent.to(server, "carla");
        job = on.runningJobWithSecret(carla.id(), new SecretStore(vault), "hunter22");
        alma = carla;

        put(0, "login hunt");
        String half = api.get(path("")).expect(200).text();
        put(10, "er22 ok, c2F5IGh1bnRlcjIyIQ==\n");

        assertThat(half).isEqualTo("login ");
        assertThat(api.get(path("")).expect(200).text()).isEqualTo("login ******** ok, c2F5IG**********IQ==\n");
    }

    @Test
    void aSecretThatDoesNotOpenKeepsNoJobFromSpeaking() throws IOException {
        var vault = new Vault(
                MasterKey.open(server.data().resolve("master.key")), on.database.read(SecretStore::installation));
        alma = ConnectedAgent.to(server, "dora");
        job = on.runningJobWithSecret(alma.id(), new SecretStore(vault), "hunter22");
        on.database.useTransaction(tx -> tx.execute("UPDATE secret SET ciphertext = 'ps1:x:y:z'"));

        assertThat(put(0, "hello").length()).isEqualTo(5);
    }

    @Test
    void aPackedConsoleIsReadAsBeforeAndKnownByItsHash() throws IOException {
        byte[] log = ConsoleFolderTest.randomLines(900_000);
        alma.put(console(0), log).expect(200);
        on.pass(job, 1);
        new ConsolePacker(on.database, on.bytes, java.time.Duration.ZERO).step();

        var answer = api.get(path("")).expect(200);

        assertThat(answer.bytes()).isEqualTo(log);
        assertThat(answer.header("X-Console-State")).isEqualTo("complete");
        String tag = Objects.requireNonNull(answer.header("ETag"));
        api.request("GET", path("")).header("If-None-Match", tag).send().expect(304);
        var listed =
                api.get("/api/v1/jobs/" + job.value() + "/consoles").expect(200).json();
        assertThat("\"" + listed.at("/items/0/sha256").asText() + "\"").isEqualTo(tag);
    }

    @Test
    void aStreamSendsWhatIsThereThenWhatComesThenTheEnd() throws IOException {
        put(0, "one\n");
        try (BufferedReader stream = stream("")) {
            assertThat(nextEvent(stream)).containsExactly("id: 1-4", "event: text", text(0, "one\\n"));

            put(4, "two \\\"x\\\"".replace("\\", "") + "\r\n");
            assertThat(nextEvent(stream)).containsExactly("id: 1-13", "event: text", text(4, "two \\\"x\\\"\\r\\n"));

            on.pass(job, 1);
            on.news.tell();
            assertThat(nextEvent(stream))
                    .containsExactly(
                            "id: 1-13",
                            "event: end",
                            "data: {\"attempt\":1,\"length\":13,\"state\":\"COMPLETE\",\"truncated\":false}");
            assertThat(stream.read()).isEqualTo(-1);
        }
    }

    @Test
    void aStreamGoesOnAfterTheLastEventThatWasSeen() throws IOException {
        put(0, "one\ntwo\n");
        var request = api.request("GET", path("/stream")).header("Last-Event-ID", "1-4");

        try (var stream = new BufferedReader(new InputStreamReader(request.open(), StandardCharsets.UTF_8))) {
            assertThat(nextEvent(stream)).containsExactly("id: 1-8", "event: text", text(4, "two\\n"));
        }
    }

    @Test
    void aSlowFollowerDelaysNobody() throws IOException {
        byte[] chunk = ConsoleFolderTest.randomLines(Protocol.MAX_CONSOLE_CHUNK_BYTES);
        try (BufferedReader slow = stream("")) {
            assertThat(slow.readLine()).isNotNull();
            for (int i = 0; i < 32; i++) {
                alma.put(console((long) i * chunk.length), chunk).expect(200);
            }

            try (BufferedReader other = stream("?offset=" + (32L * chunk.length - 10))) {
                assertThat(nextEvent(other)).first().isEqualTo("id: 1-" + 32L * chunk.length);
            }
        }
    }

    @Test
    void aJobThatIsNotThereIsAProblemAndNoStream() {
        api.get("/api/v1/jobs/999999/console").expectProblem(404, "not_found");
        api.get("/api/v1/jobs/999999/console/stream").expectProblem(404, "not_found");
        api.get("/api/v1/jobs/999999/consoles").expectProblem(404, "not_found");
        api.get("/api/v1/jobs/x/console").expectProblem(400, "bad_request");
        api.get(path("?attempt=3")).expectProblem(404, "not_found");
    }

    @Test
    void aDeletedConsoleIsGoneAndStillKnown() {
        put(0, "said\n");
        on.pass(job, 1);
        on.execute("UPDATE console SET deleted_at = now() WHERE job_run_id = " + job.value());

        api.get(path("")).expectProblem(410, "gone");
        api.get(path("/stream")).expectProblem(410, "gone");
        var listed =
                api.get("/api/v1/jobs/" + job.value() + "/consoles").expect(200).json();
        assertThat(listed.at("/items/0/length").asInt()).isEqualTo(5);
        assertThat(listed.at("/items/0/deleted_at").asText()).isNotEmpty();
    }

    @Test
    void aConsoleWhoseFileWasLostIsNotSaidToBeWhole() throws IOException {
        put(0, "said\n");
        on.pass(job, 1);
        on.bytes.delete(new ConsoleId(job, 1));

        var answer = api.get(path("")).expect(200);

        assertThat(answer.text()).isEmpty();
        assertThat(answer.header("X-Console-State")).isEqualTo("cut");
        assertThat(answer.header("ETag")).isNull();
    }

    @Test
    void aJobWithoutAnAttemptHasAnEmptyConsole() {
        JobRunId waiting = on.waitingJob();

        var answer = api.get("/api/v1/jobs/" + waiting.value() + "/console").expect(200);

        assertThat(answer.text()).isEmpty();
        assertThat(answer.header("X-Console-State")).isEqualTo("none");
    }

    private String path(String more) {
        return "/api/v1/jobs/" + job.value() + "/console" + more;
    }

    private String console(long offset) {
        return "/agent/v1/jobs/" + job.value() + "/console?attempt=1&offset=" + offset;
    }

    private ConsoleReply put(long offset, String text) {
        var answer =
                alma.put(console(offset), text.getBytes(StandardCharsets.UTF_8)).expect(200);
        return ConnectedAgent.read(answer, ConsoleReply.class);
    }

    private BufferedReader stream(String query) {
        var request = api.request("GET", path("/stream" + query));
        return new BufferedReader(new InputStreamReader(request.open(), StandardCharsets.UTF_8));
    }

    private static String text(long offset, String json) {
        return "data: {\"attempt\":1,\"offset\":" + offset + ",\"text\":\"" + json + "\"}";
    }

    /** The lines of the next event that is no comment. */
    private static List<String> nextEvent(BufferedReader stream) throws IOException {
        var lines = new ArrayList<String>();
        while (true) {
            String line = stream.readLine();
            assertThat(line).as("the stream ended after " + lines).isNotNull();
            if (line.isEmpty() && lines.stream().anyMatch(each -> each.startsWith("data:"))) {
                return lines;
            }
            if (line.isEmpty()) {
                lines.clear();
            } else if (!line.startsWith(":")) {
                lines.add(line);
            }
        }
    }
}

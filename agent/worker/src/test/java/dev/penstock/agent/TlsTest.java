package dev.penstock.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobAssignment.Task;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.server.ScriptedServer;
import dev.penstock.agent.server.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent against a server with a certificate. */
@EnabledOnOs(OS.LINUX)
final class TlsTest {
    @TempDir
    static Path certificates;

    private static TestCertificates ours;
    private static TestCertificates others;
    private static SSLContext good;

    @TempDir
    Path folder;

    private final List<String> said = new CopyOnWriteArrayList<>();
    private @Nullable ScriptedServer server;
    private @Nullable Agent agent;

    @BeforeAll
    static void makeCertificates() throws Exception {
        ours = TestCertificates.authority(certificates.resolve("ours"));
        others = TestCertificates.authority(certificates.resolve("others"));
        good = ours.server("ip:127.0.0.1");
    }

    @AfterEach
    void stop() {
        if (agent != null) {
            agent.stop();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void worksForAServerWhoseAuthorityIsInItsTrustFile() throws Exception {
        ScriptedServer secured = serve(good);
        JobAssignment job = job();
        secured.give(job);

        start("server.trust-file = " + ours.pem());
        secured.await("the job is over", () -> secured.end(job) != null);

        End end = Objects.requireNonNull(secured.end(job));
        assertThat(end.result()).isEqualTo(Result.PASSED);
        assertThat(secured.console(job)).contains(" ou done\n");
    }

    @Test
    void saysWhatToDoWhenTheAuthorityIsUnknown() throws Exception {
        serve(good);

        start("");

        assertThat(firstTrouble())
                .startsWith("Penstock agent waits for its server: No safe connection to https://127.0.0.1:")
                .contains(": its certificate is from no authority that the Java runtime knows (")
                .endsWith(" put its certificate into a PEM file, and name that in server.trust-file");
    }

    @Test
    void refusesAServerOfAnotherAuthorityThanThatOfItsTrustFile() throws Exception {
        ScriptedServer secured = serve(good);

        start("server.trust-file = " + others.pem());

        assertThat(firstTrouble())
                .contains("its certificate is not from an authority in \"" + others.pem() + "\" (")
                .endsWith("Put the certificate of the server's authority there: it is server.trust-file");
        assertThat(secured.requests).isEmpty();
    }

    @Test
    void refusesACertificateThatIsForAnotherName() throws Exception {
        ScriptedServer secured = serve(ours.server("dns:penstock.example"));

        start("server.trust-file = " + ours.pem());

        assertThat(firstTrouble())
                .contains("its certificate is for another name: ")
                .endsWith(". Use a name of the certificate in server.url");
        assertThat(secured.requests).isEmpty();
    }

    @Test
    void refusesACertificateWhoseTimeIsOver() throws Exception {
        serve(ours.server("ip:127.0.0.1", "-startdate", "-3d", "-validity", "1"));

        start("server.trust-file = " + ours.pem());

        assertThat(firstTrouble())
                .contains("its certificate is not valid today: ", ". Renew it, or set this machine's clock");
    }

    @Test
    void saysThatTheTrustFileIsMissing() throws Exception {
        serve(good);

        start("server.trust-file = " + folder.resolve("missing.pem"));

        assertThat(firstTrouble())
                .endsWith("There is no file \"" + folder.resolve("missing.pem") + "\" (server.trust-file)");
    }

    private ScriptedServer serve(SSLContext certificate) throws IOException {
        var secured = new ScriptedServer(certificate);
        server = secured;
        return secured;
    }

    private void start(String setting) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        String url = "server.url = " + Objects.requireNonNull(server).url();
        var parsed = (Settings.Parsed.Ok) Settings.parse(folder, List.of(url, setting));
        var started = Agent.open(parsed.settings(), "1", System.getenv(), said::add);
        agent = started;
        Thread.ofPlatform().daemon().start(() -> {
            try {
                started.run();
            } catch (IOException e) {
                said.add(e.toString());
            } catch (InterruptedException _) {
                // The test is over.
            }
        });
    }

    private String firstTrouble() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (said.isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
        }
        return said.isEmpty() ? "" : said.getFirst();
    }

    private static JobAssignment job() {
        var task = new Task("exec", Map.of("command", "echo", "arguments", List.of("done")), "", List.of(), null, 0);
        return new JobAssignment(
                7,
                1,
                "deploy/1/build/1/unit",
                "deploy",
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(task),
                List.of(),
                0,
                0,
                0,
                List.of(),
                Instant.EPOCH);
    }
}

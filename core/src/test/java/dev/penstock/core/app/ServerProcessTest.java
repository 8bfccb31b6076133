package dev.penstock.core.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.testing.ApiClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as an operator runs it: a process with an embedded database of its own. */
class ServerProcessTest {
    private static final Pattern LISTENS = Pattern.compile("Penstock listens on (http://\\S+)");
    private static final Duration START = Duration.ofSeconds(60);

    @TempDir
    private Path home;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() throws IOException, InterruptedException {
        for (Process process : started) {
            process.destroy();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
        postmaster().ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void afterAKillTheFirstStartWorksAndNothingIsLost() throws IOException, InterruptedException {
        settings("http.port = 0");
        Process first = start("run");
        URI address = listening(first);
        new ApiClient(address)
                .post("/api/v1/agent-registration-keys", Map.of("description", "kept"))
                .expect(201);

        first.destroyForcibly().waitFor();
        assertThat(postmaster()).as("the database, which is left behind").isPresent();
        Process second = start("run");

        var api = new ApiClient(listening(second));
        assertThat(api.get("/api/v1/agent-registration-keys")
                        .json()
                        .at("/items/0/description")
                        .asText())
                .isEqualTo("kept");
        api.get("/api/v1/health").expect(200);

        second.destroy();
        assertThat(second.waitFor(20, TimeUnit.SECONDS))
                .as("it stops when it is asked to")
                .isTrue();
        assertThat(postmaster()).as("its database has stopped too").isEmpty();
        assertThat(log()).contains("Stopped part=\"database\"").doesNotContain("ERROR");
    }

    private void settings(String... lines) throws IOException {
        Path config = Files.createDirectories(home.resolve("config"));
        Files.write(config.resolve("penstock-server.properties"), List.of(lines));
    }

    private Process start(String command) throws IOException {
        Files.createDirectories(home.resolve("logs"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-Dpenstock.home=" + home,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.penstock.core.app.Main",
                        command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out-" + started.size()).toFile())
                .start();
        started.add(process);
        return process;
    }

    private URI listening(Process process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            var matcher = LISTENS.matcher(output(process));
            if (matcher.find()) {
                return URI.create(matcher.group(1));
            }
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new AssertionError("It does not listen; it says: " + output(process) + log());
    }

    private String output(Process process) throws IOException {
        return Files.readString(home.resolve("out-" + started.indexOf(process)));
    }

    private String log() throws IOException {
        Path log = home.resolve("logs").resolve("penstock-server.log");
        return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    }

    private Optional<ProcessHandle> postmaster() throws IOException {
        Path file = home.resolve("data/postgres/cluster/postmaster.pid");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.findFirst()
                    .map(Long::parseLong)
                    .flatMap(ProcessHandle::of)
                    .filter(ProcessHandle::isAlive);
        }
    }
}

package dev.penstock.core.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class MainTest {
    @TempDir
    private Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void everyMistakeInTheSettingsIsTold() throws IOException {
        settings("http.prot = 1", "database.connections = many");

        int code = command("check-config");

        assertThat(code).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("did you mean \"http.port\"?")
                .contains("\"many\"");
    }

    @Test
    void settingsInOrderAreSaidToBe() throws IOException {
        settings("# nothing but defaults", "http.port = 8153");

        assertThat(command("check-config")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("are in order");
    }

    @Test
    void withoutASettingsFileAllDefaultsHold() {
        assertThat(command("check-config")).isZero();
    }

    @Test
    void aServerWithMistakesInItsSettingsDoesNotStart() throws IOException {
        settings("http.host = 0.0.0.0");

        assertThat(command("run")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("\"0.0.0.0\"").contains("loopback");
    }

    @Test
    void unknownCommandsAreAnsweredByTheKnownOnes() {
        assertThat(command("runn")).isEqualTo(2);
        assertThat(command("run", "check-config")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("run | check-config | version");
    }

    @Test
    void aPortThatIsTakenIsSaid(Database database, Signals signals, EventStore events) throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var server = TestServer.on(database, signals, events)
                    .setting("http.host", "127.0.0.1")
                    .port(taken.getLocalPort());

            assertThatThrownBy(() -> server.start().close())
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("\"http.port\"");
        }
    }

    private int command(String... words) {
        var main = new Main(
                home,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return main.command(List.of(words));
    }

    private void settings(String... lines) throws IOException {
        Path config = Files.createDirectories(home.resolve("config"));
        Files.write(config.resolve("penstock-server.properties"), List.of(lines));
    }
}

package dev.penstock.core.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.console.ConsoleBytes.Opened;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleKillTest {

    @TempDir
    Path root;

    @Test
    void whatWasAcknowledgedSurvivesAKillOfTheProcess() throws Exception {
        long acknowledged = acknowledgedBeforeAKill();

        try (Opened opened = new ConsoleFolder(root.resolve("consoles"), Instant.now()).open(AppendingProcess.ID)) {
            assertThat(opened.length()).isGreaterThanOrEqualTo(acknowledged);
            assertThat(text(opened)).isEqualTo(expected(opened.length()));
        }
    }

    /** Lets a process append for a while, kills it, and answers the last length that it said. */
    private long acknowledgedBeforeAKill() throws IOException, InterruptedException {
        Path said = root.resolve("said");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendingProcess.class.getName(),
                        Files.createDirectory(root.resolve("consoles")).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(said.toFile())
                .start();
        try {
            Instant deadline = Instant.now().plusSeconds(20);
            while (Files.size(said) < 20_000 && Instant.now().isBefore(deadline)) {
                Thread.onSpinWait();
            }
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        String lines = Files.readString(said);
        // A line that it did not finish does not count.
        String whole = lines.substring(0, lines.lastIndexOf('\n'));
        return Long.parseLong(whole.substring(whole.lastIndexOf('\n') + 1));
    }

    private static String text(Opened opened) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(opened.length()));
        while (all.hasRemaining()) {
            assertThat(opened.read(all.position(), all)).isPositive();
        }
        return new String(all.array(), StandardCharsets.UTF_8);
    }

    private static String expected(long length) {
        var text = new StringBuilder();
        for (int number = 0; text.length() < length; number++) {
            text.append(AppendingProcess.line(number));
        }
        return text.substring(0, Math.toIntExact(length));
    }
}

package dev.penstock.agent.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConsoleFileTest {
    private static final byte[] STAMP = "2026-11-23T12:00:00.123Z".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    @Test
    void keepsTheBeginningAndTheNewestPartOfWhatIsTooLong() throws IOException {
        try (var file = new ConsoleFile(folder.resolve("1-1"), 4096, 1 << 20)) {
            for (int i = 0; i < 2000; i++) {
                append(file, "line %04d\n".formatted(i));
            }
            long whileRunning = file.length();
            file.end(STAMP);

            String text = Files.readString(folder.resolve("1-1.console"));
            assertThat(whileRunning).isEqualTo(4096 - 1024 - 256);
            assertThat(text)
                    .hasSizeLessThanOrEqualTo(4096)
                    .startsWith("line 0000\n")
                    .endsWith("line 1999\n");
            assertThat(text.lines().filter(line -> line.contains("!!")))
                    .singleElement()
                    .asString()
                    .startsWith("2026-11-23T12:00:00.123Z !! The console has more than its limit of 4096 bytes: ");
            assertThat(leftOut(text) + text.length() - marker(text)).isEqualTo(20_000);
            assertThat(folder.toFile().list()).containsExactly("1-1.console");
        }
    }

    private static long leftOut(String text) {
        return Long.parseLong(text.replaceAll("(?s).*bytes: (\\d+) bytes were.*", "$1"));
    }

    /** The line itself, and the line feed that ends the cut one. */
    private static long marker(String text) {
        return text.lines()
                .filter(line -> line.contains("!!"))
                .mapToLong(line -> line.length() + 2L)
                .sum();
    }

    @Test
    void goesOnAfterItsWriterWasKilledBeyondTheLimit() throws IOException {
        try (var file = new ConsoleFile(folder.resolve("1-1"), 4096, 1 << 20)) {
            for (int i = 0; i < 1000; i++) {
                append(file, "line %04d\n".formatted(i));
            }
            file.flush();
        }

        try (var file = new ConsoleFile(folder.resolve("1-1"), 4096, 1 << 20)) {
            append(file, "line 1000\n");
            file.end(STAMP);
        }

        String text = Files.readString(folder.resolve("1-1.console"));
        assertThat(text).endsWith("line 0999\nline 1000\n");
        assertThat(leftOut(text) + text.length() - marker(text)).isEqualTo(10_010);
    }

    @Test
    void letsThePrinterWaitUntilTheServerHasEnough() throws Exception {
        try (var file = new ConsoleFile(folder.resolve("1-1"), 1 << 20, 100)) {
            append(file, "x".repeat(150));
            Thread printer = Thread.ofPlatform().start(() -> {
                try {
                    file.awaitRoom();
                    append(file, "y");
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            boolean endedEarly = printer.join(Duration.ofMillis(100));
            file.acknowledge(120);
            printer.join(Duration.ofSeconds(5));

            assertThat(endedEarly).isFalse();
            assertThat(file.length()).isEqualTo(151);
        }
    }

    @Test
    void isReadFromDiskWhereverOneAsks() throws IOException {
        try (var file = new ConsoleFile(folder.resolve("1-1"), 1 << 20, 1 << 20)) {
            append(file, "0123456789");
            var into = new byte[4];

            int read = file.read(3, into);
            int rest = file.read(8, into);

            assertThat(read).isEqualTo(4);
            assertThat(rest).isEqualTo(2);
            assertThat(new String(into, 0, 2, StandardCharsets.US_ASCII)).isEqualTo("89");
        }
    }

    private static void append(ConsoleFile file, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        file.append(bytes, 0, bytes.length);
    }
}

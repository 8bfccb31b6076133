package dev.penstock.core.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.console.ConsoleBytes.Opened;
import dev.penstock.core.platform.ids.JobRunId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleFolderTest {
    private static final ConsoleId ID = new ConsoleId(new JobRunId(12_345), 2);
    private static final long NO_LIMIT = Long.MAX_VALUE;

    @TempDir
    Path root;

    private ConsoleFolder folder;

    @BeforeEach
    void open() throws IOException {
        folder = new ConsoleFolder(root, Instant.now());
    }

    @Test
    void addsWhatIsNewInAChunkAndPassesOverTheRest() throws IOException {
        append(0, "hello ");
        append(0, "hello ");

        long length = append(3, "lo world");

        assertThat(length).isEqualTo(11);
        assertThat(text()).isEqualTo("hello world");
    }

    @Test
    void storesNothingBeyondTheEnd() throws IOException {
        append(0, "hello");

        long length = append(6, "world");

        assertThat(length).isEqualTo(5);
        assertThat(text()).isEqualTo("hello");
    }

    @Test
    void makesNoFileForALateChunkOfNothing() throws IOException {
        long length = append(10, "late");

        assertThat(length).isZero();
        assertThat(files()).isEmpty();
    }

    @Test
    void keepsNoMoreThanTheLimit() throws IOException {
        folder.append(ID, 0, bytes("12345"), 8);

        long length = folder.append(ID, 5, bytes("6789"), 8);

        assertThat(length).isEqualTo(8);
        assertThat(text()).isEqualTo("12345678");
    }

    @Test
    void concurrentRepetitionsOfAChunkStoreItOnce() throws Exception {
        byte[] log = randomLines(2 << 20);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int from = 0; from < log.length; from += 64 * 1024) {
                int begin = from;
                ByteBuffer chunk = ByteBuffer.wrap(log, begin, Math.min(64 * 1024, log.length - begin));
                var sent = List.of(
                        threads.submit(() -> folder.append(ID, begin, chunk.duplicate(), NO_LIMIT)),
                        threads.submit(() -> folder.append(ID, begin, chunk.duplicate(), NO_LIMIT)));
                for (var each : sent) {
                    each.get();
                }
            }
        }

        assertThat(all()).isEqualTo(log);
    }

    @Test
    void aPackedConsoleReadsAsBeforeFromAnyOffset() throws IOException {
        byte[] log = randomLines(3 * PackedFile.FRAME + 12_345);
        folder.append(ID, 0, ByteBuffer.wrap(log), NO_LIMIT);

        ConsoleBytes.Packed packed = folder.pack(ID);

        assertThat(packed.length()).isEqualTo(log.length);
        assertThat(files()).containsExactly("12345-2.zst");
        assertThat(all()).isEqualTo(log);
        try (Opened opened = folder.open(ID)) {
            for (int offset : new int[] {0, PackedFile.FRAME - 1, PackedFile.FRAME, log.length - 10}) {
                byte[] some = new byte[10];
                readFully(opened, offset, some);
                assertThat(some).isEqualTo(java.util.Arrays.copyOfRange(log, offset, offset + 10));
            }
        }
    }

    @Test
    void nothingIsAddedToAPackedConsole() throws IOException {
        byte[] log = randomLines(200_000);
        folder.append(ID, 0, ByteBuffer.wrap(log), NO_LIMIT);
        folder.pack(ID);

        long length = folder.append(ID, log.length, bytes("late"), NO_LIMIT);

        assertThat(length).isEqualTo(log.length);
        assertThat(files()).containsExactly("12345-2.zst");
    }

    @Test
    void packingAgainFindsTheSame() throws IOException {
        folder.append(ID, 0, ByteBuffer.wrap(randomLines(200_000)), NO_LIMIT);
        var first = folder.pack(ID);

        var second = folder.pack(ID);

        assertThat(second).isEqualTo(first);
    }

    @Test
    void aShortConsoleStaysAsItIs() throws IOException {
        append(0, "hello");

        var packed = folder.pack(ID);

        assertThat(files()).containsExactly("12345-2.log");
        assertThat(packed.sha256()).isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    }

    @Test
    void aConsoleWithoutBytesIsPackedWithoutAFile() throws IOException {
        var packed = folder.pack(ID);

        assertThat(packed.length()).isZero();
        assertThat(files()).isEmpty();
    }

    @Test
    void aKillWhilePackingLeavesTheConsoleAndIsTidiedUp() throws IOException {
        append(0, "hello");
        Path left = Files.writeString(root.resolve("7c9e.packing"), "half of it");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(2))));

        folder = new ConsoleFolder(root, Instant.now());

        assertThat(left).doesNotExist();
        assertThat(text()).isEqualTo("hello");
    }

    @Test
    void aKillBetweenPackingAndTheEndOfTheRawFileIsHarmless() throws IOException {
        byte[] log = randomLines(200_000);
        folder.append(ID, 0, ByteBuffer.wrap(log), NO_LIMIT);
        Path raw = root.resolve("12").resolve("12345-2.log");
        Path copy = Files.copy(raw, root.resolve("copy"));
        folder.pack(ID);
        Files.move(copy, raw);

        var packed = folder.pack(ID);

        assertThat(packed.length()).isEqualTo(log.length);
        assertThat(files()).containsExactly("12345-2.zst");
        assertThat(all()).isEqualTo(log);
    }

    @Test
    void aDamagedPackedFileIsAnErrorAndNoWrongText() throws IOException {
        folder.append(ID, 0, ByteBuffer.wrap(randomLines(300_000)), NO_LIMIT);
        folder.pack(ID);
        Path file = root.resolve("12").resolve("12345-2.zst");
        byte[] bytes = Files.readAllBytes(file);
        bytes[1000] ^= 0x55;
        Files.write(file, bytes);

        assertThatThrownBy(this::all).isInstanceOf(IOException.class).hasMessageContaining("damaged");
    }

    @Test
    void aReaderGoesOnWhileItsConsoleIsPacked() throws IOException {
        byte[] log = randomLines(300_000);
        folder.append(ID, 0, ByteBuffer.wrap(log), NO_LIMIT);

        try (Opened opened = folder.open(ID)) {
            folder.pack(ID);
            byte[] read = new byte[log.length];
            readFully(opened, 0, read);

            assertThat(read).isEqualTo(log);
        }
    }

    private long append(long offset, String text) throws IOException {
        return folder.append(ID, offset, bytes(text), NO_LIMIT);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private String text() throws IOException {
        return new String(all(), StandardCharsets.UTF_8);
    }

    private byte[] all() throws IOException {
        try (Opened opened = folder.open(ID)) {
            byte[] all = new byte[(int) opened.length()];
            readFully(opened, 0, all);
            return all;
        }
    }

    private static void readFully(Opened opened, long offset, byte[] into) throws IOException {
        int done = 0;
        while (done < into.length) {
            int count = opened.read(offset + done, ByteBuffer.wrap(into, done, into.length - done));
            assertThat(count).isPositive();
            done += count;
        }
    }

    private List<String> files() throws IOException {
        try (var all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    static byte[] randomLines(int length) {
        var random = new Random(length);
        var text = new StringBuilder(length + 100);
        while (text.length() < length) {
            text.append("2026-11-23T10:15:30.123Z ou [INFO] Compiling ")
                    .append(random.nextInt(1_000_000))
                    .append(" of the sources\n");
        }
        return text.substring(0, length).getBytes(StandardCharsets.UTF_8);
    }
}

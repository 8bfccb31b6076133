package dev.penstock.core.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.console.ConsoleBytes.Opened;
import dev.penstock.core.platform.ids.JobRunId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretNetTest {
    private static final ConsoleId ID = new ConsoleId(new JobRunId(7), 1);
    private static final String LOG = "login hunter22 ok\nagain hunter22\n";
    private static final String HIDDEN = "login ******** ok\nagain ********\n";

    @TempDir
    Path root;

    private ConsoleFolder folder;
    private SecretNet net;

    @BeforeEach
    void open() throws IOException {
        folder = new ConsoleFolder(root, Instant.now());
        net = new SecretNet(_ -> List.of("hunter22"));
    }

    @Test
    void hidesSecretsWhereverChunksAreCut() throws IOException {
        byte[] log = LOG.getBytes(StandardCharsets.UTF_8);
        for (int size = 1; size <= log.length; size++) {
            var id = new ConsoleId(new JobRunId(100 + size), 1);

            for (int from = 0; from < log.length; from += size) {
                append(id, from, Arrays.copyOfRange(log, from, Math.min(log.length, from + size)));
            }

            assertThat(text(id)).as("in chunks of " + size).isEqualTo(HIDDEN);
        }
    }

    @Test
    void hidesASecretWhoseBeginningCameBeforeAndIsSentAgain() throws IOException {
        append(ID, 0, "login hunt".getBytes(StandardCharsets.UTF_8));

        append(ID, 3, "in hunter22 ok".getBytes(StandardCharsets.UTF_8));

        assertThat(text(ID)).isEqualTo("login ******** ok");
    }

    @Test
    void showsNothingOfASecretWhoseRestHasNotCome() throws IOException {
        append(ID, 0, "login hunt".getBytes(StandardCharsets.UTF_8));

        try (Opened opened = folder.open(ID)) {
            assertThat(net.visible(ID, opened)).isEqualTo("login ".length());
        }
    }

    @Test
    void leavesTheBytesOfAJobWithoutSecretsAlone() throws IOException {
        net = new SecretNet(_ -> List.of());
        byte[] chunk = LOG.getBytes(StandardCharsets.UTF_8);

        net.mask(ID, 0, ByteBuffer.wrap(chunk), folder);

        assertThat(new String(chunk, StandardCharsets.UTF_8)).isEqualTo(LOG);
    }

    private void append(ConsoleId id, long offset, byte[] chunk) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(chunk);
        net.mask(id, offset, bytes, folder);
        folder.append(id, offset, bytes, Long.MAX_VALUE);
    }

    private String text(ConsoleId id) throws IOException {
        try (Opened opened = folder.open(id)) {
            ByteBuffer all = ByteBuffer.allocate((int) opened.length());
            assertThat(opened.read(0, all)).isEqualTo(all.capacity());
            return new String(all.array(), StandardCharsets.UTF_8);
        }
    }
}

package dev.penstock.core.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyTest {
    @TempDir
    private Path folder;

    @Test
    void isMadeOnceAndReadLater() throws IOException {
        Path file = folder.resolve("master.key");

        String made = MasterKey.open(file).id();

        assertThat(MasterKey.open(file).id()).isEqualTo(made);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(MasterKey.open(file).toString())
                .doesNotContain(Files.readString(file).strip());
    }

    @Test
    void serversThatStartAtOnceAgreeOnOne() throws Exception {
        Path file = folder.resolve("master.key");
        List<Future<String>> ids = new ArrayList<>();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 10; i++) {
                ids.add(threads.submit(() -> MasterKey.open(file).id()));
            }
        }

        String first = ids.getFirst().get();
        for (Future<String> id : ids) {
            assertThat(id.get()).isEqualTo(first);
        }
        assertThat(folder.toFile().list()).containsExactly("master.key");
    }

    @Test
    void aFileThatOthersCanReadIsRefusedWithWhatToDo() throws IOException {
        Path file = folder.resolve("master.key");
        MasterKey.open(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> MasterKey.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void aDamagedFileIsNeverReplaced() throws IOException {
        Path file = folder.resolve("master.key");
        MasterKey.open(file);
        Files.writeString(file, "penstock-master-key-1:AAAA");

        assertThatThrownBy(() -> MasterKey.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("backup");

        assertThat(Files.readString(file)).isEqualTo("penstock-master-key-1:AAAA");
    }

    @Test
    void aLinkIsRefused() throws IOException {
        MasterKey.open(folder.resolve("real.key"));
        Path link = Files.createSymbolicLink(folder.resolve("master.key"), folder.resolve("real.key"));

        assertThatThrownBy(() -> MasterKey.open(link)).hasMessageContaining("plain file");
    }
}

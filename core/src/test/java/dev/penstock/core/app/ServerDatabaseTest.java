package dev.penstock.core.app;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.platform.db.DatabaseAddress;
import dev.penstock.core.testing.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator's own PostgreSQL; that of the tests is switched to forget everything, which must be noticed. */
class ServerDatabaseTest {
    private final DatabaseAddress address = TestDatabases.shared().address();

    @TempDir
    private Path home;

    @Test
    void aDatabaseThatLosesWhatItConfirmsIsRefused() throws IOException {
        passwordFile(address.password(), "rw-------");

        assertThatThrownBy(() -> open(InstantSource.system()).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fsync, synchronous_commit, full_page_writes");
    }

    @Test
    void aPasswordThatOthersCanReadIsRefused() throws IOException {
        passwordFile(address.password(), "rw-r-----");

        assertThatThrownBy(() -> open(InstantSource.system()).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void aPasswordFileThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> open(InstantSource.system()).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no such file");
    }

    private ServerDatabase open(InstantSource clock) throws IOException {
        List<String> lines = List.of(
                "database.url = " + address.url(),
                "database.user = " + address.user(),
                "database.password-file = password");
        if (Settings.parse(home, lines) instanceof Settings.Parsed.Ok(var settings)) {
            return ServerDatabase.open(settings, home, clock);
        }
        throw new AssertionError(Settings.parse(home, lines).toString());
    }

    private void passwordFile(String password, String permissions) throws IOException {
        Path file = Files.writeString(home.resolve("password"), password + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}

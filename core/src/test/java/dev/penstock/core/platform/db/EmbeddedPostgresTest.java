package dev.penstock.core.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The embedded database with the settings of a server, not those of the other tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddedPostgresTest {
    private EmbeddedPostgres postgres;
    private Path folder;

    @BeforeAll
    void start(@TempDir Path home) throws IOException {
        folder = home.resolve("postgres");
        postgres = EmbeddedPostgres.start(folder);
    }

    @AfterAll
    void stop() {
        postgres.close();
    }

    @Test
    void whatItConfirmsIsKept() throws IOException {
        try (Database database = Databases.open(address(), InstantSource.system())) {
            assertThat(database.<String>read(handle -> handle.createQuery("SHOW data_checksums")
                            .mapTo(String.class)
                            .one()))
                    .isEqualTo("on");
        }
    }

    @Test
    void aClockThatIsWrongIsRefused() {
        InstantSource late = () -> Instant.now().plus(Duration.ofSeconds(3));

        assertThatThrownBy(() -> Databases.open(address(), late).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("clocks");
    }

    @Test
    void nobodyGetsInWithoutThePassword() {
        assertThatThrownBy(() -> connect(postgres.user(), "guess").close())
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password");
        assertThatThrownBy(() -> connect(postgres.superuser(), "").close()).isInstanceOf(SQLException.class);
    }

    @Test
    void ourRoleCannotRunPrograms() throws SQLException, IOException {
        try (Connection connection = connect(postgres.user(), postgres.password());
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("COPY (SELECT 1) TO PROGRAM 'cat'"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("permission denied");
            try (ResultSet row = statement.executeQuery("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
                row.next();
                assertThat(row.getBoolean(1)).isFalse();
            }
        }
    }

    @Test
    void itsFolderIsPrivateAndItsPasswordsAreHashed() throws IOException, SQLException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .startsWith("rwx")
                .endsWith("---");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("password"))))
                .isEqualTo("rw-------");
        try (Connection connection = connect(postgres.superuser(), postgres.superuserPassword());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256$%'),"
                        + " bool_or(rolname = 'penstock' AND rolpassword LIKE 'SCRAM-SHA-256$1:%')"
                        + " FROM pg_authid WHERE rolcanlogin")) {
            row.next();
            assertThat(row.getBoolean(1)).isTrue();
            assertThat(row.getBoolean(2)).as("a random word is hashed once").isTrue();
        }
    }

    @Test
    void whenItIsKilledItComesBackWhereItWas() throws IOException, SQLException, InterruptedException {
        int port = postgres.port();
        ProcessHandle killed = postgres.process().orElseThrow();

        killed.destroyForcibly();
        killed.onExit().join();

        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        boolean back = false;
        while (!back) {
            assertThat(System.nanoTime()).as("it comes back").isLessThan(deadline);
            try (Connection connection = connect(postgres.user(), postgres.password())) {
                back = connection.isValid(1);
            } catch (SQLException _) {
                Thread.sleep(20); // nobody tells us when it is back; tried again until the deadline
            }
        }
        assertThat(postgres.port()).isEqualTo(port);
    }

    @Test
    void aSecondServerIsKeptOut() {
        assertThatThrownBy(() -> EmbeddedPostgres.start(folder).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Another Penstock server uses the folder");
    }

    private DatabaseAddress address() throws IOException {
        return new DatabaseAddress(postgres.url(), postgres.user(), postgres.password(), 4, true);
    }

    private Connection connect(String user, String password) throws SQLException {
        return DriverManager.getConnection(postgres.url(), user, password);
    }
}

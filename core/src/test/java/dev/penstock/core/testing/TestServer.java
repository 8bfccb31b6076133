package dev.penstock.core.testing;

import dev.penstock.core.app.Foundation;
import dev.penstock.core.app.Server;
import dev.penstock.core.app.Settings;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A whole server on a free port, over the database of {@link WithDatabase}, with a data folder of its own.
 *
 * <pre>{@code
 * @WithDatabase
 * class PauseTest {
 *     private final TestServer server;
 *
 *     PauseTest(Database database, Signals signals, EventStore events) {
 *         server = TestServer.on(database, signals, events).start();
 *     }
 *
 *     @AfterEach
 *     void stop() {
 *         server.close();
 *     }
 * }
 * }</pre>
 */
public final class TestServer implements AutoCloseable {
    /** All clients of a test are one address; who tests them sets them. */
    private static final List<String> LIMITS =
            List.of("http.requests-per-second", "http.requests-at-once", "agents.requests-per-second");

    private final Server server;
    private final Foundation foundation;
    private final Path home;
    private final ApiClient api;

    private TestServer(Server server, Foundation foundation, Path home) {
        this.server = server;
        this.foundation = foundation;
        this.home = home;
        this.api = new ApiClient(server.address());
    }

    /** What a test sets before the server starts. */
    public static final class Builder {
        private final Database database;
        private final Signals signals;
        private final EventStore events;
        private final List<String> lines = new ArrayList<>();
        private int port;
        private InstantSource clock = InstantSource.system();

        private Builder(Database database, Signals signals, EventStore events) {
            this.database = database;
            this.signals = signals;
            this.events = events;
        }

        /** A line of the settings file. */
        public Builder setting(String key, String value) {
            lines.add(key + " = " + value);
            return this;
        }

        /** The port to listen on; a free one when it is not set. */
        public Builder port(int wanted) {
            port = wanted;
            return this;
        }

        /** A folder with plugin jars; none by default. */
        public Builder plugins(Path folder) {
            return setting("plugins.bundled-directory", folder.toAbsolutePath().toString());
        }

        public Builder clock(InstantSource settable) {
            clock = settable;
            return this;
        }

        public TestServer start() {
            try {
                Path home = Files.createTempDirectory("penstock-test");
                try {
                    return start(home);
                } catch (IOException | RuntimeException e) {
                    TestFolder.delete(home);
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private TestServer start(Path home) throws IOException {
            Path data = Files.createDirectory(home.resolve("data"));
            setting("http.port", Integer.toString(port));
            LIMITS.stream()
                    .filter(key -> lines.stream().noneMatch(line -> line.startsWith(key + " =")))
                    .forEach(key -> setting(key, "0"));
            writeMasterKey(data.resolve("master.key"));
            if (!(Settings.parse(home, lines) instanceof Settings.Parsed.Ok(var settings))) {
                throw new IllegalArgumentException(Settings.parse(home, lines).toString());
            }
            var foundation = new Foundation(settings, database, signals, events, clock, data);
            return new TestServer(Server.start(foundation), foundation, home);
        }
    }

    /** Every server of these tests has the same, because several may be started on one database. */
    private static void writeMasterKey(Path file) throws IOException {
        Files.writeString(file, "penstock-master-key-1:" + Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    public static Builder on(Database database, Signals signals, EventStore events) {
        return new Builder(database, signals, events);
    }

    /** A client that checks each answer against the contract. */
    public ApiClient api() {
        return api;
    }

    public URI address() {
        return server.address();
    }

    public Server server() {
        return server;
    }

    public Database database() {
        return foundation.database();
    }

    /** Where the server keeps consoles, artifacts, keys. */
    public Path data() {
        return foundation.data();
    }

    @Override
    public void close() {
        server.close();
        TestFolder.delete(home);
    }
}

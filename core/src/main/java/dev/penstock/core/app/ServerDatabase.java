package dev.penstock.core.app;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.db.DatabaseAddress;
import dev.penstock.core.platform.db.Databases;
import dev.penstock.core.platform.db.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The database of a server: the embedded one below the data folder, or the operator's own. */
final class ServerDatabase implements AutoCloseable {
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private final @Nullable EmbeddedPostgres embedded;
    private final DatabaseAddress address;
    private final Database database;

    private ServerDatabase(@Nullable EmbeddedPostgres embedded, DatabaseAddress address, Database database) {
        this.embedded = embedded;
        this.address = address;
        this.database = database;
    }

    /**
     * Starts the embedded PostgreSQL or reaches the operator's, checks that what it confirms is kept, and brings the
     * schema up to date.
     *
     * @throws IOException if it does not start, or the password's file cannot be used
     * @throws IllegalStateException if the database must not be used; with what to do
     */
    static ServerDatabase open(Settings settings, Path data, InstantSource clock) throws IOException {
        int connections = settings.wholeNumber(Setting.DATABASE_CONNECTIONS);
        String url = settings.text(Setting.DATABASE_URL);
        if (!url.isEmpty()) {
            var address = new DatabaseAddress(
                    url, settings.text(Setting.DATABASE_USER), password(settings), connections, false);
            return new ServerDatabase(null, address, Databases.open(address, clock));
        }
        EmbeddedPostgres embedded = EmbeddedPostgres.start(data.resolve("postgres"));
        try {
            var address = new DatabaseAddress(embedded.url(), embedded.user(), embedded.password(), connections, true);
            return new ServerDatabase(embedded, address, Databases.open(address, clock));
        } catch (IOException | RuntimeException e) {
            embedded.close();
            throw e;
        }
    }

    private static String password(Settings settings) throws IOException {
        if (settings.text(Setting.DATABASE_PASSWORD_FILE).isEmpty()) {
            return "";
        }
        Path file = settings.path(Setting.DATABASE_PASSWORD_FILE);
        if (!Files.isRegularFile(file)) {
            throw new IOException("\"database.password-file\" is \"" + file + "\", and there is no such file");
        }
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")
                && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
            throw new IOException("The password in \"" + file + "\" can be read by others. Run: chmod 600 " + file);
        }
        return Files.readString(file, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElseThrow(() -> new IOException("\"" + file + "\" is empty; its first line is the password"));
    }

    Database database() {
        return database;
    }

    DatabaseAddress address() {
        return address;
    }

    @Override
    public void close() {
        database.close();
        if (embedded != null) {
            embedded.close();
        }
    }
}

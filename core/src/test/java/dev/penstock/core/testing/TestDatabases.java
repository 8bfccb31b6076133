package dev.penstock.core.testing;

import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.db.DatabaseAddress;
import dev.penstock.core.platform.db.Databases;
import dev.penstock.core.platform.db.EmbeddedPostgres;
import dev.penstock.core.platform.db.Migrations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL for all tests of this process, kept below {@code target} for the next; a template with the schema; and
 * copies of it. Forgets everything at a power failure, which no test is about.
 */
public final class TestDatabases {
    private static final Map<String, String> FAST = Map.of(
            "fsync", "off",
            "synchronous_commit", "off",
            "full_page_writes", "off",
            "max_connections", "200",
            "shared_buffers", "128MB",
            "autovacuum", "off");

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static @Nullable TestDatabases shared;

    private final EmbeddedPostgres postgres;
    private final String template;

    private TestDatabases(EmbeddedPostgres postgres) throws IOException, SQLException {
        this.postgres = postgres;
        this.template = "template_" + schemaKey();
        prepare();
    }

    /** The one of this process, started at the first call. */
    public static synchronized TestDatabases shared() {
        TestDatabases existing = shared;
        if (existing != null) {
            return existing;
        }
        try {
            EmbeddedPostgres postgres = start();
            Runtime.getRuntime().addShutdownHook(new Thread(postgres::close));
            shared = new TestDatabases(postgres);
            return shared;
        } catch (IOException | SQLException e) {
            throw new IllegalStateException("No PostgreSQL for tests", e);
        }
    }

    /** Folders of test runs that go on at the same time stand beside each other. */
    private static EmbeddedPostgres start() throws IOException {
        IOException last = null;
        for (int number = 1; number <= 5; number++) {
            try {
                return EmbeddedPostgres.start(Path.of("target", "test-postgres-" + number), FAST);
            } catch (IOException e) {
                if (last != null) {
                    e.addSuppressed(last);
                }
                last = e;
            }
        }
        throw last == null ? new IOException("No folder") : last;
    }

    /** A fresh database with the current schema. Closing it is enough: it is dropped when the next process starts. */
    public Database create() {
        return new Database(pool());
    }

    /** As {@link #create()}, where a test needs the pool itself. */
    public HikariDataSource pool() {
        return Databases.pool(address());
    }

    /** Makes a fresh database and says where it is. */
    public DatabaseAddress address() {
        String name = "test_" + ProcessHandle.current().pid() + "_" + NEXT.incrementAndGet();
        try (Connection admin = admin();
                Statement statement = admin.createStatement()) {
            statement.execute("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY file_copy");
            return at(name);
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("No database for the test", e);
        }
    }

    private DatabaseAddress at(String name) throws IOException {
        return new DatabaseAddress(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + name,
                postgres.superuser(),
                postgres.superuserPassword(),
                20,
                true);
    }

    private void prepare() throws IOException, SQLException {
        var old = new ArrayList<String>();
        boolean there = false;
        try (Connection admin = admin();
                Statement statement = admin.createStatement()) {
            try (ResultSet names = statement.executeQuery("SELECT datname FROM pg_database")) {
                while (names.next()) {
                    String name = names.getString(1);
                    there |= name.equals(template);
                    if (name.startsWith("test_") || (name.startsWith("template_") && !name.equals(template))) {
                        old.add(name);
                    }
                }
            }
            for (String name : old) {
                statement.execute("DROP DATABASE " + name + " WITH (FORCE)");
            }
            if (there) {
                return;
            }
            statement.execute("DROP DATABASE IF EXISTS making WITH (FORCE)");
            statement.execute("CREATE DATABASE making");
            try (HikariDataSource pool = Databases.pool(at("making"))) {
                Migrations.migrate(pool);
            }
            statement.execute("ALTER DATABASE making RENAME TO " + template);
        }
    }

    private Connection admin() throws SQLException, IOException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/postgres",
                postgres.superuser(),
                postgres.superuserPassword());
    }

    private static String schemaKey() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String file : Migrations.FILES) {
                try (InputStream in = Migrations.class.getResourceAsStream("/db/migration/" + file)) {
                    digest.update(in == null ? new byte[0] : in.readAllBytes());
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

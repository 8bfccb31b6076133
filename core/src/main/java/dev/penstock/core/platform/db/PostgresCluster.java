package dev.penstock.core.platform.db;

import dev.penstock.core.platform.ids.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The data folder of the embedded PostgreSQL: made by ourselves with a password from its first moment, settings and
 * access rules written anew at each start, an ordinary role for Penstock and a superuser only for making it.
 */
final class PostgresCluster {
    static final String FOLDER = "cluster";
    static final String DATABASE = "penstock";
    static final String ROLE = "penstock";
    static final String SUPERUSER = "penstock_admin";

    /** Only over loopback, only with a password; no Unix socket is open. */
    private static final String ACCESS = """
            host %1$s %2$s 127.0.0.1/32 scram-sha-256
            host all %3$s 127.0.0.1/32 scram-sha-256
            """.formatted(DATABASE, ROLE, SUPERUSER);

    /** Small in memory, sure on disk. Sizes: a server with 2000 pipelines keeps its working set in 64 MB. */
    private static final Map<String, String> SETTINGS = settings();

    private final Path folder;
    private final Launcher launcher;
    private final PostgresPrograms programs;

    PostgresCluster(Path folder, Launcher launcher, PostgresPrograms programs) {
        this.folder = folder;
        this.launcher = launcher;
        this.programs = programs;
    }

    private static Map<String, String> settings() {
        var all = new LinkedHashMap<String, String>();
        all.put("listen_addresses", "127.0.0.1");
        all.put("unix_socket_directories", "");
        all.put("password_encryption", "scram-sha-256");
        // Passwords are 256 random bits, which nobody finds by trying; repeating costs each new connection, and the
        // first ones of a start most.
        all.put("scram_iterations", "1");
        all.put("allow_alter_system", "off");
        all.put("fsync", "on");
        all.put("synchronous_commit", "on");
        all.put("full_page_writes", "on");
        all.put("max_connections", "64");
        all.put("shared_buffers", "64MB");
        all.put("work_mem", "4MB");
        all.put("maintenance_work_mem", "32MB");
        all.put("effective_cache_size", "256MB");
        all.put("min_wal_size", "64MB");
        all.put("max_wal_size", "512MB");
        all.put("io_method", "sync");
        all.put("autovacuum_max_workers", "2");
        all.put("max_parallel_workers_per_gather", "0");
        all.put("jit", "off");
        all.put("log_min_messages", "log");
        all.put("log_min_error_statement", "panic");
        all.put("log_checkpoints", "off");
        all.put("log_line_prefix", "%m [%p] ");
        all.put("log_timezone", "UTC");
        all.put("timezone", "UTC");
        return all;
    }

    Path data() {
        return folder.resolve(FOLDER);
    }

    boolean exists() {
        return Files.isDirectory(data());
    }

    String password() throws IOException {
        return Files.readString(folder.resolve("password")).strip();
    }

    String superuserPassword() throws IOException {
        return Files.readString(folder.resolve("superuser-password")).strip();
    }

    /** Makes the data folder. A half-made one of an earlier, killed start is thrown away. */
    void initialise() throws IOException {
        Path fresh = folder.resolve("cluster.new");
        PrivateFolder.delete(fresh);
        PrivateFolder.create(fresh);
        launcher.handOver(fresh);
        PrivateFolder.write(folder.resolve("password"), Tokens.secret() + "\n");
        Path superuserPassword = folder.resolve("superuser-password");
        PrivateFolder.write(superuserPassword, Tokens.secret() + "\n");
        launcher.handOver(superuserPassword);
        launcher.run(List.of(
                programs.program("initdb").toString(),
                "--pgdata=" + fresh,
                "--username=" + SUPERUSER,
                "--pwfile=" + superuserPassword,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--data-checksums",
                "--no-instructions"));
        Files.move(fresh, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Writes settings and access rules, so that what holds is always what this version wants. */
    void configure(int port, Map<String, String> overrides) throws IOException {
        var all = new LinkedHashMap<>(SETTINGS);
        all.put("port", Integer.toString(port));
        all.putAll(overrides);
        var text = new StringBuilder("# Written by Penstock at each start.\n");
        all.forEach((name, value) -> text.append(name)
                .append(" = '")
                .append(value.replace("'", "''"))
                .append("'\n"));
        replace("postgresql.conf", text.toString());
        replace("pg_hba.conf", ACCESS);
    }

    private void replace(String name, String text) throws IOException {
        Path file = data().resolve(name);
        if (Files.exists(file) && Files.readString(file, StandardCharsets.UTF_8).equals(text)) {
            return;
        }
        PrivateFolder.write(file, text);
        launcher.handOver(file);
    }

    /** The command of the server itself; it stays in the foreground, out of reach of the terminal's Ctrl-C. */
    List<String> server() {
        var command = new ArrayList<String>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid");
        }
        command.addAll(List.of(programs.program("postgres").toString(), "-D", data().toString()));
        return command;
    }

    List<String> stop(String mode, long seconds) {
        return List.of(
                programs.program("pg_ctl").toString(),
                "stop",
                "-D",
                data().toString(),
                "-m",
                mode,
                "-w",
                "-t",
                Long.toString(seconds));
    }

    Path program() {
        return programs.program("postgres");
    }

    Path output() {
        return folder.resolve("postgres.log");
    }

    /** Makes role and database, where a start that was killed has not made them yet. */
    void provision(int port) throws IOException {
        var properties = new Properties();
        properties.setProperty("user", SUPERUSER);
        properties.setProperty("password", superuserPassword());
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
        try (Connection connection = DriverManager.getConnection(url, properties);
                Statement statement = connection.createStatement()) {
            if (!isThere(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + ROLE + "'")) {
                statement.execute("CREATE ROLE " + ROLE + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION");
            }
            // Our own random word of A-Z a-z 0-9 - _: a statement such as this takes no parameters.
            statement.execute("ALTER ROLE " + ROLE + " PASSWORD '" + password() + "'");
            if (!isThere(statement, "SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
                statement.execute("CREATE DATABASE " + DATABASE + " OWNER " + ROLE);
            }
            statement.execute("REVOKE CONNECT ON DATABASE postgres, template1, " + DATABASE + " FROM PUBLIC");
        } catch (SQLException e) {
            throw new IOException("The embedded PostgreSQL could not be prepared: " + e.getMessage(), e);
        }
        PrivateFolder.write(folder.resolve("provisioned"), "");
    }

    boolean isProvisioned() {
        return Files.exists(folder.resolve("provisioned"));
    }

    private static boolean isThere(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }
}

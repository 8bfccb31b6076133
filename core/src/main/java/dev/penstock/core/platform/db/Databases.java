package dev.penstock.core.platform.db;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the database: the pool, the checks without which nothing is served, the schema. */
public final class Databases {
    private static final Logger log = LoggerFactory.getLogger(Databases.class);

    /** Leases are the database's time, tokens are the server's: beyond this the two contradict each other. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofSeconds(2);

    /** A request waits this long for a connection and is then answered 503. */
    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(5);

    /** No statement of ours runs this long; a lock that is held longer is a bug, and this ends it. */
    private static final String LIMITS =
            "-c statement_timeout=60s -c lock_timeout=30s -c idle_in_transaction_session_timeout=60s";

    private static final String CHECKS = """
            SELECT current_setting('fsync'), current_setting('synchronous_commit'),
                   current_setting('full_page_writes'), current_setting('data_checksums'), clock_timestamp()
            """;

    /** Causes may be circular. */
    private static final int MAX_CAUSES = 20;

    private Databases() {}

    /**
     * Opens the pool, checks the database, and brings the schema up to date.
     *
     * @throws IllegalStateException if the database must not be used, with the reason for the operator
     */
    public static Database open(DatabaseAddress address, InstantSource clock) {
        HikariDataSource pool = pool(address);
        try {
            check(pool, address, clock);
            Migrations.migrate(pool);
            return new Database(pool);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /** The pool alone, for the fixture of tests. */
    public static HikariDataSource pool(DatabaseAddress address) {
        // Set on the pool itself: a HikariConfig would be copied by reflection, which is slow at the first time. It
        // connects when it is first asked for a connection.
        var pool = new HikariDataSource();
        pool.setPoolName("penstock");
        pool.setJdbcUrl(address.url());
        pool.setUsername(address.user());
        pool.setPassword(address.password());
        pool.setMaximumPoolSize(address.connections());
        pool.setMinimumIdle(2);
        pool.setConnectionTimeout(CONNECTION_WAIT.toMillis());
        pool.setInitializationFailTimeout(CONNECTION_WAIT.toMillis());
        pool.setValidationTimeout(Duration.ofSeconds(3).toMillis());
        pool.addDataSourceProperty("ApplicationName", "penstock");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("connectTimeout", "5");
        pool.addDataSourceProperty("socketTimeout", "90");
        pool.addDataSourceProperty("reWriteBatchedInserts", "true");
        pool.addDataSourceProperty("assumeMinServerVersion", "14");
        pool.addDataSourceProperty("options", LIMITS);
        return pool;
    }

    /** Whether a failure says that the database cannot be reached at the moment, rather than that a statement is wrong. */
    public static boolean isUnavailable(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof SQLTransientConnectionException) {
                return true;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null && isAway(sql.getSQLState())) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** Connection failures, too many connections, and a server that starts or stops. */
    private static boolean isAway(String state) {
        return state.startsWith("08") || state.equals("53300") || state.startsWith("57P");
    }

    private static void check(DataSource pool, DatabaseAddress address, InstantSource clock) {
        Instant before = clock.instant();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CHECKS)) {
            row.next();
            Instant after = clock.instant();
            checkDurability(
                    address,
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4).equals("on"));
            checkClock(before, row.getObject(5, OffsetDateTime.class).toInstant(), after);
        } catch (SQLException e) {
            throw new IllegalStateException("The database cannot be used: " + e.getMessage(), e);
        }
    }

    private static void checkDurability(
            DatabaseAddress address, String fsync, String commit, String pages, boolean checksums) {
        var off = new ArrayList<String>();
        if (!fsync.equals("on")) {
            off.add("fsync");
        }
        if (List.of("off", "local").contains(commit)) {
            off.add("synchronous_commit");
        }
        if (!pages.equals("on")) {
            off.add("full_page_writes");
        }
        if (!checksums && address.ours()) {
            off.add("data_checksums");
        }
        if (!off.isEmpty()) {
            throw new IllegalStateException("The database would lose what it has confirmed: switch on "
                    + String.join(", ", off) + " in PostgreSQL");
        }
        if (!checksums) {
            log.warn(
                    "The database has no data checksums: damage by a disk would not be noticed (pg_checksums --enable)");
        }
    }

    private static void checkClock(Instant before, Instant database, Instant after) {
        Duration behind = Duration.between(database, before);
        Duration ahead = Duration.between(after, database);
        Duration difference = behind.compareTo(ahead) > 0 ? behind : ahead;
        if (difference.compareTo(CLOCK_DIFFERENCE) > 0) {
            throw new IllegalStateException("The clocks of this machine and of the database differ by "
                    + difference.toMillis() + " ms; at most " + CLOCK_DIFFERENCE.toMillis()
                    + " are allowed. Synchronise them (NTP)");
        }
    }
}

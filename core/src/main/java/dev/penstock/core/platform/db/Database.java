package dev.penstock.core.platform.db;

import com.zaxxer.hikari.HikariDataSource;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;

/**
 * The database. Thread-safe. Feature classes open transactions here and pass the handle to stores; a transaction holds
 * no network, file or plugin call.
 */
public final class Database implements AutoCloseable {
    private final HikariDataSource pool;
    private final Jdbi jdbi;

    /** Takes over the pool and closes it with itself. */
    public Database(HikariDataSource pool) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool).installPlugin(new PostgresPlugin());
    }

    /**
     * Runs in one transaction (read committed) and returns its answer; an exception rolls everything back. {@link Writes}
     * that wait are sent at its end.
     */
    public <T> T inTransaction(Function<Handle, T> work) {
        return jdbi.inTransaction(tx -> {
            T answer = work.apply(tx);
            Writes.send(tx);
            return answer;
        });
    }

    /** As {@link #inTransaction}, without an answer. */
    public void useTransaction(Consumer<Handle> work) {
        jdbi.useTransaction(tx -> {
            work.accept(tx);
            Writes.send(tx);
        });
    }

    /** Runs reads on one connection without a transaction around them. */
    public <T> T read(Function<Handle, T> work) {
        return jdbi.withHandle(work::apply);
    }

    /** How the connections are used at this moment. */
    public Use use() {
        var bean = pool.getHikariPoolMXBean();
        return new Use(
                bean.getActiveConnections(),
                bean.getIdleConnections(),
                bean.getThreadsAwaitingConnection(),
                pool.getMaximumPoolSize());
    }

    /**
     * Connections of the pool.
     *
     * @param waiting callers that wait for one
     * @param most how many there may be
     */
    public record Use(int active, int idle, int waiting, int most) {}

    @Override
    public void close() {
        pool.close();
    }
}

package dev.penstock.bench;

import io.javalin.Javalin;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The least that a server of this design does for a job, without agents' rights, definitions, history or events: trigger
 * (commit), claim (commit), answer to a parked long poll, log to a file, result (commit). The denominator of the rows of
 * latency and throughput. Runs in a process of its own: {@code Floor PORT JDBC_URL LOG_FOLDER}.
 */
public final class Floor {
    private static final int CONNECTIONS = 8;

    private final BlockingQueue<Connection> pool = new ArrayBlockingQueue<>(CONNECTIONS);
    private final Queue<CompletableFuture<String>> parked = new ConcurrentLinkedQueue<>();
    private final Path logs;

    private Floor(String jdbcUrl, Path logs) throws SQLException {
        this.logs = logs;
        for (int i = 0; i < CONNECTIONS; i++) {
            pool.add(DriverManager.getConnection(jdbcUrl));
        }
    }

    private interface Sql<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    public static void main(String[] arguments) throws SQLException, IOException {
        Path logs = Files.createDirectories(Path.of(arguments[2]));
        var floor = new Floor(arguments[1], logs);
        floor.createTable();
        Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.http.asyncTimeout = 600_000;
                    config.http.maxRequestSize = 1L << 40;
                    config.routes.post("/trigger", floor::trigger);
                    config.routes.get("/poll", ctx -> floor.answerWithWork(ctx));
                    config.routes.post("/done/{id}", floor::done);
                    config.routes.get("/state/{id}", floor::state);
                })
                .start("127.0.0.1", Integer.parseInt(arguments[0]));
    }

    private void createTable() {
        database(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute("""
                        DROP TABLE IF EXISTS floor_run;
                        CREATE TABLE floor_run (
                            id bigserial PRIMARY KEY, state smallint NOT NULL DEFAULT 0,
                            queued timestamptz NOT NULL DEFAULT now(), started timestamptz, finished timestamptz);
                        CREATE INDEX floor_run_waiting ON floor_run (id) WHERE state = 0;
                        """);
            }
        });
    }

    private void trigger(Context ctx) {
        long id = database(connection -> {
            try (var insert = connection.prepareStatement("INSERT INTO floor_run DEFAULT VALUES RETURNING id");
                    ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        });
        dispatch();
        ctx.result(Long.toString(id));
    }

    private void answerWithWork(Context ctx) {
        CompletableFuture<String> work = next();
        ctx.future(() -> work.thenAccept(ctx::result));
    }

    private void done(Context ctx) throws IOException {
        long id = Long.parseLong(ctx.pathParam("id"));
        try (InputStream in = ctx.bodyInputStream();
                OutputStream out = Files.newOutputStream(logs.resolve(id + ".log"))) {
            in.transferTo(out);
        }
        database(connection -> {
            try (var update =
                    connection.prepareStatement("UPDATE floor_run SET state = 2, finished = now() WHERE id = ?")) {
                update.setLong(1, id);
                return update.executeUpdate();
            }
        });
        answerWithWork(ctx);
    }

    private void state(Context ctx) {
        String state = database(connection -> {
            try (var select = connection.prepareStatement("SELECT state FROM floor_run WHERE id = ?")) {
                select.setLong(1, Long.parseLong(ctx.pathParam("id")));
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getString(1);
                }
            }
        });
        ctx.result(state);
    }

    private CompletableFuture<String> next() {
        String work = claim();
        if (work != null) {
            return CompletableFuture.completedFuture(work);
        }
        var waiting = new CompletableFuture<String>();
        parked.add(waiting);
        dispatch();
        return waiting;
    }

    private void dispatch() {
        for (var waiting = parked.poll(); waiting != null; waiting = parked.poll()) {
            String work = claim();
            if (work == null) {
                parked.add(waiting);
                return;
            }
            waiting.complete(work);
        }
    }

    private @Nullable String claim() {
        return database(connection -> {
            try (var update = connection.prepareStatement("""
                            UPDATE floor_run SET state = 1, started = now()
                             WHERE id = (SELECT id FROM floor_run WHERE state = 0
                                          ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)
                            RETURNING id
                            """);
                    ResultSet row = update.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        });
    }

    private <T extends @Nullable Object> T database(Sql<T> sql) {
        try {
            Connection connection = pool.take();
            try {
                return sql.run(connection);
            } finally {
                pool.add(connection);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}

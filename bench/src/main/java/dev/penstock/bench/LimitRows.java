package dev.penstock.bench;

import dev.penstock.core.platform.db.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the machine allows at this moment, whatever the server: to read the other rows by. */
final class LimitRows {
    private static final int PROCESSES = 400;
    private static final int APPENDS = 500;
    private static final int CYCLES = 400;
    private static final int CLIENTS = 8;

    private static final String CLAIM = """
            UPDATE bench_queue SET state = 1
             WHERE id = (SELECT id FROM bench_queue WHERE state = 0 ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)
            """;

    private final Report report;

    LimitRows(Report report) {
        this.report = report;
    }

    void measure(Path folder) throws Exception {
        Files.createDirectories(folder);
        report.fact(
                "limit", "processes started, 8 threads", MachineLimits.processesPerSecond(PROCESSES, CLIENTS), "/s");
        report.fact("limit", "4 KiB appended and synced", MachineLimits.durableAppendsPerSecond(folder, APPENDS), "/s");
        long begin = System.nanoTime();
        Path cluster = folder.resolve("postgres");
        try (var postgres = EmbeddedPostgres.start(cluster)) {
            report.fact("P10", "PostgreSQL alone, first start", ProcessFacts.secondsSince(begin), "s");
            report.fact("limit", "queue: enqueue, claim, end; 3 commits, 1 client", cycles(postgres, 1), "jobs/s");
            report.fact("limit", "the same, 8 clients", cycles(postgres, CLIENTS), "jobs/s");
        }
        begin = System.nanoTime();
        try (var _ = EmbeddedPostgres.start(cluster)) {
            report.fact("P10", "PostgreSQL alone, started again", ProcessFacts.secondsSince(begin), "s");
        }
    }

    /** Jobs a second through a table with the same index and the same three commits as the server's queue. */
    private static double cycles(EmbeddedPostgres postgres, int clients) throws Exception {
        try (Connection connection = connect(postgres);
                var statement = connection.createStatement()) {
            statement.execute("""
                    DROP TABLE IF EXISTS bench_queue;
                    CREATE TABLE bench_queue (id bigserial PRIMARY KEY, state smallint NOT NULL DEFAULT 0);
                    CREATE INDEX bench_queue_waiting ON bench_queue (id) WHERE state = 0;
                    """);
        }
        long begin = System.nanoTime();
        try (var executor = Executors.newFixedThreadPool(clients)) {
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                work.add(executor.submit(() -> {
                    cycle(postgres);
                    return null;
                }));
            }
            for (Future<?> each : work) {
                each.get();
            }
        }
        return clients * CYCLES / ProcessFacts.secondsSince(begin);
    }

    private static void cycle(EmbeddedPostgres postgres) throws Exception {
        try (Connection connection = connect(postgres);
                var insert = connection.prepareStatement("INSERT INTO bench_queue DEFAULT VALUES");
                var claim = connection.prepareStatement(CLAIM + " RETURNING id");
                var end = connection.prepareStatement("UPDATE bench_queue SET state = 2 WHERE id = ?")) {
            for (int i = 0; i < CYCLES; i++) {
                insert.executeUpdate();
                try (var row = claim.executeQuery()) {
                    if (row.next()) {
                        end.setLong(1, row.getLong(1));
                        end.executeUpdate();
                    }
                }
            }
        }
    }

    private static Connection connect(EmbeddedPostgres postgres) throws Exception {
        return DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password());
    }
}

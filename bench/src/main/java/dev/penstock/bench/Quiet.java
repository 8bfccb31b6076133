package dev.penstock.bench;

import dev.penstock.demo.Waiting;
import java.io.IOException;
import java.time.Duration;

/** Waits until the server has nothing left to do. */
final class Quiet {
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final double IDLE_SHARE = 0.03;

    private Quiet() {}

    /** Returns when no job waits or runs and the server used less than 3 % of a core for two seconds. */
    static void await(TestBed bed) throws IOException, InterruptedException {
        Waiting.until("the server is idle", TestBed.DEADLINE, () -> {
            if (!bed.api().get("/api/v1/runs?state=ACTIVE&limit=1").get("items").isEmpty()) {
                return false;
            }
            double before = ProcessFacts.processorSeconds(bed.serverPid());
            Thread.sleep(LOOK);
            double used = ProcessFacts.processorSeconds(bed.serverPid()) - before;
            return used < IDLE_SHARE * LOOK.toSeconds();
        });
    }

    /** Returns when no run is active. */
    static void awaitRuns(TestBed bed) throws IOException, InterruptedException {
        Waiting.until(
                "all runs are over",
                TestBed.DEADLINE,
                () -> bed.api()
                        .get("/api/v1/runs?state=ACTIVE&limit=1")
                        .get("items")
                        .isEmpty());
    }

    /** Returns when each of {@code count} materials was looked at, and the server is idle again. */
    static void awaitPolled(TestBed bed, int count) throws IOException, InterruptedException {
        Waiting.until("all materials were looked at", Duration.ofMinutes(5), () -> {
            try (var connection = bed.connect();
                    var statement = connection.createStatement();
                    var row =
                            statement.executeQuery("SELECT count(*) FROM material WHERE last_success_at IS NOT NULL")) {
                row.next();
                return row.getInt(1) >= count;
            } catch (java.sql.SQLException e) {
                throw new IOException("The database does not answer", e);
            }
        });
    }
}

package dev.penstock.core.schedule;

import static dev.penstock.core.schedule.ScheduleFixture.BUILD;
import static dev.penstock.core.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.WithDatabase;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

@WithDatabase
class ScheduleMarkersTest {
    private final Database database;
    private final RunFixture runs;

    ScheduleMarkersTest(Database database, LocalSignals signals, EventStore events) {
        this.database = database;
        this.runs = new RunFixture(database, signals, events, new ScheduleMarkers(signals));
    }

    @Test
    void theEndOfAStageSetsMarkersInTheOrderOfAllOthers() throws ExecutionException, InterruptedException {
        runs.pipeline("downstream", BUILD);
        runs.pipeline("upstream", BUILD);
        runs.execute("UPDATE material SET repository = 'pipeline:upstream/build' WHERE display_name = 'downstream'");
        runs.trigger("upstream");
        runs.execute("INSERT INTO schedule_outcome (pipeline_id, code, message) VALUES ("
                + id("upstream").value() + ", 'FIRST_STAGE_ACTIVE', 'waits')");

        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<?> end = database.inTransaction(tx -> {
                // A commit arrives that both pipelines use: its markers are set from the lowest id on.
                ScheduleStore.request(tx, id("downstream"));
                Writes.send(tx);
                Future<?> other = thread.submit(() -> runs.finish("upstream/1/build/1/compile", JobResult.PASSED));
                eventually(() -> {
                    if (other.isDone()) {
                        other.get();
                    }
                    assertThat(waitingFor(tx)).isEqualTo(1);
                });
                ScheduleStore.request(tx, id("upstream"));
                Writes.send(tx);
                return other;
            });
            end.get();
        }

        assertThat(runs.list("SELECT p.name FROM schedule_request JOIN pipeline p ON p.id = pipeline_id ORDER BY p.id"))
                .containsExactly("downstream", "upstream");
    }

    private static int waitingFor(Handle tx) {
        return tx.createQuery("SELECT count(*) FROM pg_locks"
                        + " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
                .mapTo(Integer.class)
                .one();
    }

    private PipelineId id(String pipeline) {
        return new PipelineId(runs.one(Long.class, "SELECT id FROM pipeline WHERE name = '" + pipeline + "'"));
    }
}

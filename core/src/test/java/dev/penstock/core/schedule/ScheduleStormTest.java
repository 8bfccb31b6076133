package dev.penstock.core.schedule;

import static dev.penstock.core.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.MaterialDefinition.Filter;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.schedule.TriggerWish.MaterialWish;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits, triggers, pauses and ends of stages in any order, with the workers of two servers. */
@WithDatabase
class ScheduleStormTest {
    private static final int PIPELINES = 3;
    private static final int ACTS = 60;

    @Test
    void everyModificationIsAmongTheChangesOfExactlyOneRun(
            Database database, LocalSignals signals, EventStore events, @TempDir Path folder)
            throws IOException, InterruptedException, ExecutionException {
        try (var schedule = new ScheduleFixture(database, signals, events, folder).start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Worker> second = schedule.worker.workers(signals);
            second.forEach(Worker::start);
            TextRepository code = schedule.materials.repository("code").commit("c1", "src/a");
            TextRepository more = schedule.materials.repository("more").commit("m1", "src/a");
            for (int i = 0; i < PIPELINES; i++) {
                var filter = i == 0 ? new Filter(List.of("docs/*"), false) : Filter.NONE;
                schedule.materials.save(ScheduleFixture.pipeline(
                        "p" + i,
                        List.of(
                                ScheduleFixture.named("code", code, filter),
                                ScheduleFixture.named("more", more, Filter.NONE)),
                        ScheduleFixture.BUILD));
            }

            List<Future<?>> acts = new ArrayList<>();
            acts.add(threads.submit(() -> commit(schedule, code, more)));
            acts.add(threads.submit(() -> endStages(schedule, new Random(2))));
            acts.add(threads.submit(() -> interfere(schedule, new Random(3))));
            for (Future<?> act : acts) {
                act.get();
            }
            settle(schedule);

            for (int i = 0; i < PIPELINES; i++) {
                for (String material : List.of("c", "m")) {
                    assertThat(gaps(schedule, "p" + i, material))
                            .as("p" + i + " " + material)
                            .isEmpty();
                }
            }
            assertThat(schedule.runs.one(Long.class, "SELECT count(*) FROM pipeline_run"))
                    .isGreaterThan(PIPELINES);
            second.forEach(Worker::close);
        }
    }

    private static void commit(ScheduleFixture schedule, TextRepository code, TextRepository more) {
        var random = new Random(1);
        for (int i = 2; i < ACTS; i++) {
            if (random.nextBoolean()) {
                code.commit("c" + i, random.nextInt(3) == 0 ? "docs/x" : "src/x");
            } else {
                more.commit("m" + i, "src/x");
            }
            schedule.materials.passInterval();
        }
    }

    private static void endStages(ScheduleFixture schedule, Random random) {
        for (int i = 0; i < 3 * ACTS; i++) {
            endStage(schedule, random);
        }
    }

    private static boolean endStage(ScheduleFixture schedule, Random random) {
        List<String> active = schedule.runs.list("""
                SELECT concat_ws('/', p.name, r.counter, s.name, s.counter, j.name)
                  FROM job_run j
                  JOIN stage_run s ON s.id = j.stage_run_id
                  JOIN pipeline_run r ON r.id = j.pipeline_run_id
                  JOIN pipeline p ON p.id = j.pipeline_id
                 WHERE j.state = 'SCHEDULED'
                """);
        if (active.isEmpty()) {
            return false;
        }
        schedule.runs.finish(active.get(random.nextInt(active.size())), JobResult.PASSED);
        return true;
    }

    private static void interfere(ScheduleFixture schedule, Random random) {
        for (int i = 0; i < ACTS; i++) {
            String pipeline = "p" + random.nextInt(PIPELINES);
            try {
                switch (random.nextInt(4)) {
                    case 0 -> schedule.pauses.pause(pipeline, null, "alma");
                    case 1 -> schedule.pauses.unpause(pipeline, "alma");
                    case 2 -> schedule.triggers.trigger(pipeline, TriggerWish.PLAIN, "alma");
                    default -> schedule.triggers.trigger(pipeline, someRevision(schedule, random), "alma");
                }
            } catch (PenstockException _) {
                // Refusals are answers too.
            }
        }
    }

    private static TriggerWish someRevision(ScheduleFixture schedule, Random random) {
        List<String> known =
                schedule.runs.list("SELECT revision FROM modification WHERE revision LIKE 'c%' ORDER BY id");
        String revision = known.isEmpty() ? "c1" : known.get(random.nextInt(known.size()));
        return new TriggerWish(List.of(new MaterialWish("code", revision)), null, null, false);
    }

    /** Lets everything end that can. */
    private static void settle(ScheduleFixture schedule) {
        for (int i = 0; i < PIPELINES; i++) {
            try {
                schedule.pauses.unpause("p" + i, "alma");
            } catch (PenstockException _) {
                // It was not paused.
            }
        }
        eventually(() -> {
            boolean ended = endStage(schedule, new Random(4));
            assertThat(ended).isFalse();
            assertThat(schedule.runs.list("SELECT 1 FROM material WHERE claimed_until IS NOT NULL"))
                    .isEmpty();
            assertThat(schedule.runs.list("SELECT 1 FROM schedule_request")).isEmpty();
            assertThat(schedule.runs.list("SELECT 1 FROM stage_run WHERE ended_at IS NULL"))
                    .isEmpty();
        });
    }

    /** Modifications after the pipeline's first run that are among the changes of no run, or of several. */
    private static List<String> gaps(ScheduleFixture schedule, String pipeline, String prefix) {
        return schedule.runs.list("""
                SELECT m.revision || ' ' || count(r.id)
                  FROM modification m
                  JOIN pipeline p ON p.name = '%1$s'
                  LEFT JOIN pipeline_run_material t
                    ON t.material_id = m.material_id AND t.changed
                   AND m.id BETWEEN t.from_modification_id AND t.modification_id
                   AND EXISTS (SELECT 1 FROM pipeline_run o WHERE o.id = t.pipeline_run_id AND o.pipeline_id = p.id)
                  LEFT JOIN pipeline_run r ON r.id = t.pipeline_run_id
                 WHERE m.revision LIKE '%2$s%%'
                   AND m.id >= (SELECT min(f.modification_id)
                                  FROM pipeline_run_material f
                                  JOIN pipeline_run o ON o.id = f.pipeline_run_id
                                 WHERE o.pipeline_id = p.id AND f.material_id = m.material_id)
                   AND m.id <= (SELECT max(g.modification_id)
                                  FROM pipeline_progress g
                                 WHERE g.pipeline_id = p.id AND g.material_id = m.material_id)
                 GROUP BY m.id, m.revision
                HAVING count(r.id) <> 1
                """.formatted(pipeline, prefix));
    }
}

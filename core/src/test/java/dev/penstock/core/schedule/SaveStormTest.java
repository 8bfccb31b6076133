package dev.penstock.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.MaterialDefinition.Filter;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines that exchange their materials while these are looked at. */
@WithDatabase
class SaveStormTest {
    private static final int ACTS = 60;

    @Test
    void savesLooksAndDecisionsNeverBlockEachOtherForGood(
            Database database, LocalSignals signals, EventStore events, @TempDir Path folder)
            throws IOException, InterruptedException, ExecutionException {
        try (var schedule = new ScheduleFixture(database, signals, events, folder).start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<TextRepository> repositories = Stream.of("a", "b", "c", "d")
                    .map(name -> schedule.materials.repository("swap-" + name).commit(name + "1", "x"))
                    .toList();

            List<Future<?>> acts = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                var random = new Random(thread);
                String pipeline = "swap" + thread;
                acts.add(threads.submit(() -> saveAgainAndAgain(schedule, pipeline, repositories, random)));
            }
            acts.add(threads.submit(() -> {
                for (int i = 2; i < ACTS; i++) {
                    repositories.get(i % 4).commit("r" + i, "x");
                    schedule.materials.passInterval();
                }
            }));

            for (Future<?> act : acts) {
                act.get();
            }
            assertThat(schedule.workerFailures()).isZero();
        }
    }

    private static void saveAgainAndAgain(
            ScheduleFixture schedule, String name, List<TextRepository> repositories, Random random) {
        for (int i = 0; i < ACTS / 2; i++) {
            var shuffled = new ArrayList<>(repositories);
            Collections.shuffle(shuffled, random);
            List<MaterialDefinition> some = new ArrayList<>();
            for (TextRepository repository : shuffled.subList(0, 1 + random.nextInt(3))) {
                some.add(ScheduleFixture.named("m" + some.size(), repository, Filter.NONE));
            }
            schedule.materials.save(ScheduleFixture.pipeline(name, some, ScheduleFixture.BUILD));
        }
    }
}

package dev.penstock.core.schedule;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.schedule.Reason.Code;
import dev.penstock.core.schedule.Situation.Change;
import dev.penstock.core.schedule.Situation.MaterialNow;
import dev.penstock.core.schedule.Situation.Modification;
import dev.penstock.core.schedule.SituationQuery.PipelineRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at pipelines for which a marker is set, one after the other, each in one transaction. Thread-safe. */
final class ScheduleWorker {
    private static final Logger log = LoggerFactory.getLogger(ScheduleWorker.class);

    /** Two transactions at once: while one commits, the other decides. */
    private static final int WORKERS = 2;

    /** The net beneath the signals; markers with a delay are taken by it. */
    private static final Duration TICK = Duration.ofSeconds(5);

    private static final Duration UPKEEP_TICK = Duration.ofMinutes(1);

    /** An agent that was missing may have come. */
    private static final Duration AFTER_NO_AGENT = Duration.ofSeconds(30);

    /** A pipeline that cannot even be looked at must not keep the others waiting. */
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

    private final Database database;
    private final SituationQuery situations;
    private final Starter starter;
    private final WaitingTriggers triggers;
    private final EventStore events;

    ScheduleWorker(
            Database database,
            SituationQuery situations,
            Starter starter,
            WaitingTriggers triggers,
            EventStore events) {
        this.database = database;
        this.situations = situations;
        this.starter = starter;
        this.triggers = triggers;
        this.events = events;
    }

    List<Worker> workers(Signals signals) {
        Stream<Worker> deciding = Stream.iterate(1, number -> number <= WORKERS, number -> number + 1)
                .map(number -> new Worker("schedule-" + number, TICK, this::step).wokenBy(signals, Channel.SCHEDULE));
        var upkeep = new Worker("schedule-upkeep", UPKEEP_TICK, () -> {
            database.useTransaction(tx -> ScheduleStore.requestOverdue(tx, WaitingTriggers.LONGEST_WAIT));
            return false;
        });
        return Stream.concat(deciding, Stream.of(upkeep)).toList();
    }

    /** Looks at one pipeline; false when there is none to look at. */
    boolean step() {
        var looked = new AtomicReference<@Nullable PipelineId>();
        try {
            database.useTransaction(tx -> ScheduleStore.lockNext(tx).ifPresent(pipeline -> {
                looked.set(pipeline);
                if (ScheduleStore.take(tx, pipeline)) {
                    look(tx, pipeline);
                }
            }));
            return looked.get() != null;
        } catch (RuntimeException e) {
            PipelineId pipeline = looked.get();
            if (pipeline == null) {
                throw e;
            }
            log.atError()
                    .addKeyValue("pipeline", pipeline.value())
                    .setCause(e)
                    .log("A pipeline could not be looked at");
            postpone(pipeline, e);
            return true;
        }
    }

    private void postpone(PipelineId pipeline, RuntimeException e) {
        database.useTransaction(tx -> {
            ScheduleStore.take(tx, pipeline);
            ScheduleStore.request(tx, pipeline, AFTER_FAILURE);
            say(
                    tx,
                    pipeline,
                    new Reason(
                            Code.INTERNAL,
                            "Looking at it failed: " + e.getClass().getSimpleName()));
        });
    }

    private void say(Handle tx, PipelineId pipeline, Reason reason) {
        ScheduleStore.say(tx, pipeline, reason)
                .ifPresent(name -> events.append(
                        tx,
                        "pipeline/" + name,
                        "pipeline.not_started",
                        Map.of("code", reason.code(), "message", reason.message())));
    }

    private void look(Handle tx, PipelineId pipeline) {
        triggers.settle(tx, pipeline);
        situations.lock(tx, pipeline).ifPresent(row -> decide(tx, row));
    }

    private void decide(Handle tx, PipelineRow row) {
        Situation now = situations.load(tx, row);
        PipelineId pipeline = now.pipeline().id();
        switch (Decisions.decide(now)) {
            case Decision.Start start -> start(tx, row, now, start);
            case Decision.Wait(var reason) -> say(tx, pipeline, reason);
            case Decision.Nothing(var reason) -> {
                say(tx, pipeline, reason);
                rememberIgnored(tx, now);
            }
        }
    }

    private void start(Handle tx, PipelineRow row, Situation now, Decision.Start start) {
        try {
            starter.start(tx, row, now, start.cause(), List.of(), start.materials());
        } catch (PenstockException e) {
            if (e.code() != ErrorCode.NO_MATCHING_AGENT) {
                throw e;
            }
            say(tx, now.pipeline().id(), new Reason(Code.NO_MATCHING_AGENT, "It cannot start: " + e.getMessage()));
            ScheduleStore.request(tx, now.pipeline().id(), AFTER_NO_AGENT);
        }
    }

    private static void rememberIgnored(Handle tx, Situation now) {
        for (MaterialNow material : now.materials()) {
            Modification newest = material.newest();
            if (material.change() == Change.IGNORED && newest != null) {
                ScheduleStore.ignored(tx, now, material.id(), newest.id());
            }
        }
    }
}

package dev.penstock.core.schedule;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.schedule.ManualStart.Answer;
import dev.penstock.core.schedule.SituationQuery.PipelineRow;
import dev.penstock.core.schedule.TriggerStore.Look;
import dev.penstock.core.schedule.TriggerStore.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Decides about triggers that wait for looks at materials. Thread-safe. */
final class WaitingTriggers {
    /** A look has ten minutes, and may have to wait for another; beyond this nobody remembers the trigger. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(20);

    private final SituationQuery situations;
    private final Starter starter;
    private final EventStore events;

    WaitingTriggers(SituationQuery situations, Starter starter, EventStore events) {
        this.situations = situations;
        this.starter = starter;
        this.events = events;
    }

    /** Starts or refuses those of a pipeline for which everything is known. The caller holds the pipeline's lock. */
    void settle(Handle tx, PipelineId pipeline) {
        List<Trigger> waiting = TriggerStore.waiting(tx, pipeline);
        if (waiting.isEmpty()) {
            return;
        }
        Optional<PipelineRow> row = situations.lock(tx, pipeline);
        for (Trigger trigger : waiting) {
            if (row.isPresent()) {
                settle(tx, row.get(), trigger);
            } else {
                refuse(tx, trigger, ErrorCode.NOT_FOUND, "The pipeline was deleted");
            }
        }
    }

    private void settle(Handle tx, PipelineRow row, Trigger trigger) {
        List<Look> looks = TriggerStore.looks(tx, trigger.wish().awaited(), trigger.requestedAt());
        Optional<Look> failed = looks.stream()
                .filter(look -> look.looked() && look.trouble() != null)
                .findFirst();
        if (failed.isPresent()) {
            refuse(
                    tx,
                    trigger,
                    ErrorCode.CONNECTION_FAILED,
                    "Material \"" + failed.get().material() + "\" cannot be read: "
                            + failed.get().trouble());
        } else if (looks.stream().allMatch(Look::looked)) {
            decide(tx, row, trigger);
        } else if (isOver(trigger, row.now())) {
            refuse(
                    tx,
                    trigger,
                    ErrorCode.UNAVAILABLE,
                    "The materials were not looked at within " + LONGEST_WAIT.toMinutes() + " minutes");
        }
    }

    private static boolean isOver(Trigger trigger, Instant now) {
        return trigger.requestedAt().plus(LONGEST_WAIT).isBefore(now);
    }

    private void decide(Handle tx, PipelineRow row, Trigger trigger) {
        Pins pins = Pins.find(tx, trigger.wish().pins());
        String mistakes = pins.mistakes();
        if (!mistakes.isEmpty()) {
            refuse(tx, trigger, ErrorCode.INVALID, mistakes);
            return;
        }
        Situation now = situations.load(tx, row);
        switch (ManualStart.decide(now, trigger.requestedBy(), pins.found())) {
            case Answer.Start start -> start(tx, row, now, trigger, start);
            case Answer.Refused(var code, var message) -> refuse(tx, trigger, code, message);
            case Answer.LookFirst(var _, var message) -> refuse(tx, trigger, ErrorCode.NOTHING_TO_BUILD, message);
        }
    }

    private void start(Handle tx, PipelineRow row, Situation now, Trigger trigger, Answer.Start start) {
        try {
            var created =
                    starter.start(tx, row, now, start.cause(), trigger.wish().variables(), start.materials());
            TriggerStore.started(tx, trigger.id(), created.id());
            String comment = trigger.wish().comment();
            if (comment != null) {
                TriggerStore.comment(tx, created.id(), comment);
            }
        } catch (PenstockException e) {
            if (e.code() != ErrorCode.NO_MATCHING_AGENT) {
                throw e;
            }
            refuse(tx, trigger, e.code(), String.valueOf(e.getMessage()));
        }
    }

    private void refuse(Handle tx, Trigger trigger, ErrorCode code, String message) {
        TriggerStore.refused(tx, trigger.id(), code.name(), message);
        events.append(
                tx,
                "pipeline/" + trigger.pipeline(),
                "trigger.refused",
                Map.of("trigger", trigger.id(), "code", code, "message", message));
    }
}

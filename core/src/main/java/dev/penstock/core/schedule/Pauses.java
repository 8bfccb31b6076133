package dev.penstock.core.schedule;

import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.schedule.ScheduleStore.Said;
import dev.penstock.core.schedule.SituationQuery.PipelineRow;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Pipelines that people hold back, and the answer to "why does it not start?". Thread-safe. */
public final class Pauses {
    static final int MAX_REASON_CHARS = 255;

    private final Database database;
    private final SituationQuery situations;
    private final EventStore events;
    private final Signals signals;

    Pauses(Database database, SituationQuery situations, EventStore events, Signals signals) {
        this.database = database;
        this.situations = situations;
        this.events = events;
        this.signals = signals;
    }

    /**
     * Whether a pipeline starts, as things are now.
     *
     * @param decision what changes would do; while it is paused, nothing else matters
     * @param said why it did not start when it was last looked at
     */
    record Status(Situation now, Decision decision, Optional<Said> said) {}

    Status status(String pipeline) {
        return database.read(handle -> {
            PipelineRow row = situations.find(handle, pipeline).orElseThrow(() -> Triggers.unknown(pipeline));
            Situation now = situations.load(handle, row);
            Decision decision = row.paused() == null
                    ? Decisions.decide(now)
                    : new Decision.Wait(new Reason(Reason.Code.PAUSED, Decisions.paused(row.paused())));
            return new Status(
                    now, decision, ScheduleStore.said(handle, now.pipeline().id()));
        });
    }

    /** Keeps everything of the pipeline from starting; what runs goes on. */
    void pause(String pipeline, @Nullable String reason, String by) {
        if (reason != null && (reason.length() > MAX_REASON_CHARS || reason.indexOf('\0') >= 0)) {
            throw new PenstockException(
                    ErrorCode.INVALID, "\"reason\" has more than " + MAX_REASON_CHARS + " characters, or a NUL");
        }
        database.useTransaction(tx -> {
            PipelineRow row = lock(tx, pipeline);
            if (row.paused() != null) {
                throw new PenstockException(
                        ErrorCode.PAUSED,
                        "Pipeline \"" + row.pipeline().name() + "\" is paused already. "
                                + Decisions.paused(row.paused()));
            }
            PauseStore.pause(tx, row.pipeline().id(), by, reason);
            Map<String, Object> detail = new LinkedHashMap<>();
            detail.put("by", by);
            if (reason != null) {
                detail.put("reason", reason);
            }
            record(tx, row, by, "pause", detail);
        });
    }

    /** Lets it start again. Changes that came meanwhile start it now; a stage that was held back waits for a person. */
    void unpause(String pipeline, String by) {
        database.useTransaction(tx -> {
            PipelineRow row = lock(tx, pipeline);
            if (row.paused() == null) {
                throw new PenstockException(
                        ErrorCode.CONFLICT, "Pipeline \"" + row.pipeline().name() + "\" is not paused");
            }
            PipelineId id = row.pipeline().id();
            PauseStore.unpause(tx, id);
            record(tx, row, by, "unpause", Map.of("by", by));
            ScheduleStore.request(tx, id);
            signals.raise(tx, Channel.SCHEDULE);
        });
    }

    private void record(Handle tx, PipelineRow row, String by, String act, Map<String, Object> detail) {
        String object = "pipeline/" + row.pipeline().name();
        AuditStore.record(tx, by, "pipeline." + act, object, detail);
        events.append(tx, object, "pipeline." + act + "d", detail);
    }

    private PipelineRow lock(Handle tx, String pipeline) {
        return situations.lock(tx, pipeline).orElseThrow(() -> Triggers.unknown(pipeline));
    }
}

package dev.penstock.core.run;

import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.run.JobRunStore.StageCancel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What people do with a whole run: cancel it, and write a word about it. Thread-safe. */
public final class RunActs {
    /** A page of text; longer stories belong where they can be discussed. */
    static final int MAX_COMMENT_CHARS = 4_000;

    /** A run has at most a stage's end and the next stage's start between two looks; more is a bug. */
    private static final int LOOKS = 5;

    private final Database database;
    private final JobRunStore jobs;
    private final EventStore events;

    RunActs(Database database, JobRunStore jobs, EventStore events) {
        this.database = database;
        this.jobs = jobs;
        this.events = events;
    }

    /**
     * Stops a run where it is: cancels the stage that is active, or ends the waiting for the next one.
     *
     * @throws PenstockException NOT_FOUND; CONFLICT when it is over
     */
    void cancel(String pipeline, long counter, String by) {
        for (int look = 0; look < LOOKS; look++) {
            if (database.inTransaction(tx -> cancelNow(tx, pipeline, counter, by))) {
                return;
            }
        }
        throw new PenstockException(
                ErrorCode.CONFLICT, "Run \"" + pipeline + "/" + counter + "\" changes too fast; cancel it again");
    }

    /** Cancels what a look without locks shows; false when it was another thing by the time of the locks. */
    private boolean cancelNow(Handle tx, String pipeline, long counter, String by) {
        PipelineRunStore.Found found = PipelineRunStore.find(tx, pipeline, counter);
        Optional<StageRunId> active = StageRunStore.active(tx, found.id());
        if (active.isPresent()) {
            StageCancel done = jobs.cancelStage(tx, active.get(), by);
            if (done == StageCancel.BEGUN) {
                AuditStore.record(tx, by, "run.cancel", "run/" + found.pipeline() + "/" + counter, Map.of());
            }
            return done != StageCancel.TOO_LATE;
        }
        RunRow run = PipelineRunStore.lock(tx, pipeline, counter);
        List<Fact> facts = new ArrayList<>();
        return switch (PipelineRunStore.apply(tx, run, new PipelineRunEvent.CancelRequested(), facts)) {
            case Step.To<PipelineRunState> _ -> {
                events.appendAll(tx, facts);
                AuditStore.record(tx, by, "run.cancel", run.subject(), Map.of());
                yield true;
            }
            case Step.Stay<PipelineRunState> _ when run.state() instanceof PipelineRunState.Active -> false;
            case Step.Stay<PipelineRunState> _ ->
                throw new PenstockException(
                        ErrorCode.CONFLICT, "Run \"" + run.place() + "\" is over; there is nothing to cancel");
        };
    }

    /**
     * Replaces what people have to say about a run.
     *
     * @param comment blank for nothing
     */
    void comment(String pipeline, long counter, String comment, String by) {
        String text = comment.strip();
        if (text.length() > MAX_COMMENT_CHARS) {
            throw new PenstockException(
                    ErrorCode.INVALID,
                    "The comment has " + text.length() + " characters; at most " + MAX_COMMENT_CHARS + " are kept");
        }
        database.useTransaction(tx -> {
            RunRow run = PipelineRunStore.lock(tx, pipeline, counter);
            PipelineRunStore.comment(tx, run.id(), text);
            AuditStore.record(tx, by, "run.comment", run.subject(), Map.of("comment", text));
            events.append(
                    tx,
                    run.subject(),
                    "run.commented",
                    Map.of("pipeline", run.pipelineName(), "run", run.counter(), "comment", text, "by", by));
        });
    }
}

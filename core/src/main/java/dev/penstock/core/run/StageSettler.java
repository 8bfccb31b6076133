package dev.penstock.core.run;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.run.PipelineRunEvent.Ended;
import dev.penstock.core.run.PipelineRunEvent.Parked;
import dev.penstock.core.run.PipelineRunState.WaitCode;
import dev.penstock.core.run.RunListener.EndedStage;
import dev.penstock.core.run.StageRunStore.LatestStage;
import dev.penstock.core.run.StageRunStore.StageRow;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;

/**
 * Draws the consequences of a job that is over, in the transaction that ends it: the stage, the next stage, the pipeline
 * run, and other runs that waited for the stage. Nothing is left to be caught up with after a crash. Thread-safe.
 */
public final class StageSettler {
    /** Who approves a stage that starts by itself. */
    static final String CHANGES = "changes";

    private final BiFunction<Handle, DefinitionId, PipelineDefinition> definitions;
    private final StageStarter starter;
    private final RunListener listener;

    /** @param definitions the resolved definition that a run started with */
    StageSettler(
            BiFunction<Handle, DefinitionId, PipelineDefinition> definitions,
            StageStarter starter,
            RunListener listener) {
        this.definitions = definitions;
        this.starter = starter;
        this.listener = listener;
    }

    /** Folds the jobs of a stage, and goes on if it is over now. The caller holds the lock of the job that changed. */
    void settle(Handle tx, StageRunId id, StagePlace place, List<Fact> facts) {
        Writes.send(tx); // the stage's jobs are counted, this one as it is now
        StageRow stage = StageRunStore.lock(tx, id);
        if (StageRunStore.apply(tx, stage, place, facts)
                instanceof Step.To<StageState>(StageState.Finished(var result, var _))) {
            RunRow run = PipelineRunStore.lock(tx, stage.run());
            PipelineDefinition definition = definitions.apply(tx, run.definition());
            int position = StageStarter.position(definition, stage.key());
            advance(tx, run, definition, position, result, facts);
            catchUp(tx, run, stage.key(), facts);
            tellEnd(tx, run, stage.name(), stage.counter(), position, result);
        }
    }

    private void tellEnd(Handle tx, RunRow run, String stage, int counter, int position, JobResult result) {
        listener.stageEnded(
                tx, new EndedStage(run.pipeline(), run.id(), run.counter(), stage, counter, position == 0, result));
    }

    void cancelledBy(Handle tx, StageRunId stage, String by) {
        StageRunStore.cancelledBy(tx, stage, by);
    }

    private void advance(
            Handle tx, RunRow run, PipelineDefinition definition, int position, JobResult result, List<Fact> facts) {
        if (result != JobResult.PASSED) {
            PipelineRunStore.apply(tx, run, new Ended(result), facts);
            return;
        }
        if (position + 1 >= definition.stages().size()) {
            PipelineRunStore.apply(tx, run, new Ended(overall(tx, run, definition)), facts);
            return;
        }
        StageDefinition next = definition.stages().get(position + 1);
        String key = StageStarter.key(next);
        if (next.approval().type() == Approval.Type.MANUAL) {
            Map<String, LatestStage> latest = StageRunStore.latest(tx, run.id());
            PipelineRunStore.apply(
                    tx,
                    run,
                    latest.containsKey(key) ? new Ended(fold(latest.values())) : new Parked(WaitCode.APPROVAL, key),
                    facts);
        } else if (run.paused() || run.deleted()) {
            PipelineRunStore.apply(tx, run, new Parked(WaitCode.PAUSED, key), facts);
        } else if (StageRunStore.busyIn(tx, run.pipeline(), key).isPresent()) {
            PipelineRunStore.apply(tx, run, new Parked(WaitCode.STAGE_BUSY, key), facts);
        } else {
            begin(tx, run, definition, position + 1, facts);
        }
    }

    /**
     * Gives the stage that has just become free to the newest run that waits for it; older ones that wait, too, are
     * superseded by it, or by the run that had the stage (domain 2.3).
     */
    private void catchUp(Handle tx, RunRow run, String key, List<Fact> facts) {
        List<RunRow> waiting = PipelineRunStore.lockWaitingForStage(tx, run.pipeline(), key);
        if (waiting.isEmpty()) {
            return;
        }
        RunRow newest = waiting.getFirst();
        boolean newer = newest.counter() > run.counter();
        if (newer && (run.paused() || run.deleted())) {
            PipelineRunStore.apply(tx, newest, new Parked(WaitCode.PAUSED, key), facts);
        } else if (newer) {
            PipelineDefinition its = definitions.apply(tx, newest.definition());
            PipelineRunStore.apply(tx, newest, new PipelineRunEvent.StageStarted(), facts);
            begin(tx, newest.active(), its, StageStarter.position(its, key), facts);
        }
        long by = newer ? newest.counter() : run.counter();
        for (RunRow older : newer ? waiting.subList(1, waiting.size()) : waiting) {
            PipelineRunStore.apply(tx, older, new PipelineRunEvent.Superseded(by), facts);
        }
    }

    private void begin(Handle tx, RunRow run, PipelineDefinition definition, int position, List<Fact> facts) {
        StageDefinition stage = definition.stages().get(position);
        var started = starter.start(tx, run, stage, position, starter.plan(tx, stage), CHANGES, facts);
        // No agent for any of its jobs: the stage is over as it begins, and so is the run.
        if (started.state() instanceof StageState.Finished(var result, var _)) {
            PipelineRunStore.apply(tx, run, new Ended(result), facts);
            tellEnd(tx, run, stage.name(), started.place().counter(), position, result);
        }
    }

    private static JobResult overall(Handle tx, RunRow run, PipelineDefinition definition) {
        return definition.stages().size() == 1
                ? JobResult.PASSED
                : fold(StageRunStore.latest(tx, run.id()).values());
    }

    /** What a run comes to when its last stage has passed: a stage that a person went past is not forgotten. */
    private static JobResult fold(Collection<LatestStage> stages) {
        boolean cancelled = false;
        for (LatestStage stage : stages) {
            if (stage.result() == JobResult.FAILED) {
                return JobResult.FAILED;
            }
            cancelled |= stage.result() == JobResult.CANCELLED;
        }
        return cancelled ? JobResult.CANCELLED : JobResult.PASSED;
    }
}

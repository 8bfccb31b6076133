package dev.penstock.core.run;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.run.PipelineRunEvent.Ended;
import dev.penstock.core.run.PipelineRunEvent.Parked;
import dev.penstock.core.run.PipelineRunState.WaitCode;
import dev.penstock.core.run.RunListener.EndedStage;
import dev.penstock.core.run.StageRunStore.StageRow;
import java.time.Instant;
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
    void settle(Handle tx, StageRunId id, StagePlace place, Instant now, List<Fact> facts) {
        StageRow stage = StageRunStore.lock(tx, id);
        if (StageRunStore.apply(tx, stage, place, now, facts)
                instanceof Step.To<StageState>(StageState.Finished(var result, var _))) {
            RunRow run = PipelineRunStore.lock(tx, stage.run());
            PipelineDefinition definition = definitions.apply(tx, run.definition());
            int position = position(definition, stage.key());
            advance(tx, run, definition, position, result, now, facts);
            catchUp(tx, run, definition, position, now, facts);
            listener.stageEnded(
                    tx,
                    new EndedStage(
                            run.pipeline(),
                            run.id(),
                            run.counter(),
                            stage.name(),
                            stage.counter(),
                            position == 0,
                            result));
        }
    }

    void cancelledBy(Handle tx, StageRunId stage, String by) {
        StageRunStore.cancelledBy(tx, stage, by);
    }

    private void advance(
            Handle tx,
            RunRow run,
            PipelineDefinition definition,
            int position,
            JobResult result,
            Instant now,
            List<Fact> facts) {
        if (result != JobResult.PASSED) {
            PipelineRunStore.apply(tx, run, new Ended(result), now, facts);
            return;
        }
        if (position + 1 >= definition.stages().size()) {
            PipelineRunStore.apply(tx, run, new Ended(overall(tx, run, definition)), now, facts);
            return;
        }
        StageDefinition next = definition.stages().get(position + 1);
        String key = StageStarter.key(next);
        if (next.approval().type() == Approval.Type.MANUAL) {
            Map<String, StageState> latest = StageRunStore.latest(tx, run.id());
            PipelineRunStore.apply(
                    tx,
                    run,
                    latest.containsKey(key) ? new Ended(fold(latest.values())) : new Parked(WaitCode.APPROVAL, key),
                    now,
                    facts);
        } else if (run.paused()) {
            PipelineRunStore.apply(tx, run, new Parked(WaitCode.PAUSED, key), now, facts);
        } else if (StageRunStore.isBusy(tx, run.pipeline(), key)) {
            PipelineRunStore.apply(tx, run, new Parked(WaitCode.STAGE_BUSY, key), now, facts);
        } else {
            begin(tx, run, definition, position + 1, now, facts);
        }
    }

    /**
     * Gives the stage that has just become free to the newest run that waits for it; older ones that wait, too, are
     * superseded by it, or by the run that had the stage (domain 2.3).
     */
    private void catchUp(
            Handle tx, RunRow run, PipelineDefinition definition, int position, Instant now, List<Fact> facts) {
        if (position == 0 || definition.stages().get(position).approval().type() == Approval.Type.MANUAL) {
            return;
        }
        String key = StageStarter.key(definition.stages().get(position));
        List<RunRow> waiting = PipelineRunStore.lockWaitingForStage(tx, run.pipeline(), key);
        if (waiting.isEmpty()) {
            return;
        }
        RunRow newest = waiting.getFirst();
        boolean newer = newest.counter() > run.counter();
        if (newer && run.paused()) {
            PipelineRunStore.apply(tx, newest, new Parked(WaitCode.PAUSED, key), now, facts);
        } else if (newer) {
            PipelineDefinition its = definitions.apply(tx, newest.definition());
            PipelineRunStore.apply(tx, newest, new PipelineRunEvent.StageStarted(), now, facts);
            begin(tx, newest.active(), its, position(its, key), now, facts);
        }
        long by = newer ? newest.counter() : run.counter();
        for (RunRow older : newer ? waiting.subList(1, waiting.size()) : waiting) {
            PipelineRunStore.apply(tx, older, new PipelineRunEvent.Superseded(by), now, facts);
        }
    }

    private void begin(
            Handle tx, RunRow run, PipelineDefinition definition, int position, Instant now, List<Fact> facts) {
        StageDefinition stage = definition.stages().get(position);
        var started = starter.start(tx, run, stage, position, starter.plan(tx, stage), CHANGES, now, facts);
        // No agent for any of its jobs: the stage is over as it begins, and so is the run.
        if (started.state() instanceof StageState.Finished(var result, var _)) {
            PipelineRunStore.apply(tx, run, new Ended(result), now, facts);
        }
    }

    private static JobResult overall(Handle tx, RunRow run, PipelineDefinition definition) {
        return definition.stages().size() == 1
                ? JobResult.PASSED
                : fold(StageRunStore.latest(tx, run.id()).values());
    }

    /** What a run comes to when its last stage has passed: a stage that a person went past is not forgotten. */
    private static JobResult fold(Collection<StageState> stages) {
        boolean cancelled = false;
        for (StageState stage : stages) {
            if (stage instanceof StageState.Finished(var result, var _)) {
                if (result == JobResult.FAILED) {
                    return JobResult.FAILED;
                }
                cancelled |= result == JobResult.CANCELLED;
            }
        }
        return cancelled ? JobResult.CANCELLED : JobResult.PASSED;
    }

    private static int position(PipelineDefinition definition, String key) {
        for (int position = 0; position < definition.stages().size(); position++) {
            if (StageStarter.key(definition.stages().get(position)).equals(key)) {
                return position;
            }
        }
        throw new IllegalStateException("The run's own definition has no stage " + key);
    }
}

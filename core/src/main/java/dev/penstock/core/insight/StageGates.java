package dev.penstock.core.insight;

import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.StageGate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Which stages of a run a person could start now.
 *
 * @param latest the newest run of each stage, by its key
 * @param active in which run each active stage of the pipeline is, by its key
 */
record StageGates(Run run, PipelineDefinition definition, Map<String, StageRun> latest, Map<String, Long> active) {

    static StageGates of(Handle handle, Run run, PipelineDefinition definition) {
        List<StageRun> latest = StageQuery.latest(handle, List.of(run.id())).getOrDefault(run.id(), List.of());
        return new StageGates(
                run,
                definition,
                latest.stream().collect(Collectors.toMap(StageRun::key, Function.identity())),
                StageQuery.active(handle, run.pipelineId()));
    }

    /** Why not; null when nothing stands in the way. */
    RunDetail.@Nullable Refusal refusal(String name) {
        StageDefinition before = null;
        for (StageDefinition stage : definition.stages()) {
            if (stage.name().equals(name)) {
                return StageGate.refusal(situation(stage, before))
                        .map(RunDetail.Refusal::of)
                        .orElse(null);
            }
            before = stage;
        }
        throw new IllegalStateException("The run's definition has no stage " + name);
    }

    private StageGate.Situation situation(StageDefinition stage, @Nullable StageDefinition before) {
        return new StageGate.Situation(
                run.pipeline(),
                run.counter(),
                run.deleted(),
                run.paused(),
                latest.values().stream()
                        .filter(StageRun::isActive)
                        .map(StageRun::name)
                        .findFirst()
                        .orElse(null),
                active.get(Names.key(stage.name())),
                stage.name(),
                stage.approval().allowOnlyOnSuccess(),
                before == null ? null : new StageGate.Before(before.name(), result(before)));
    }

    private @Nullable JobResult result(StageDefinition stage) {
        return Optional.ofNullable(latest.get(Names.key(stage.name())))
                .filter(run -> !run.isActive())
                .map(run -> JobResult.valueOf(run.state()))
                .orElse(null);
    }
}

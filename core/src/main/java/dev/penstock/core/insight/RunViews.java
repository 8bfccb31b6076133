package dev.penstock.core.insight;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.http.Page;
import dev.penstock.core.http.Paging;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.DefinitionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Runs for people: in lists, and one with all that it is made of. Thread-safe. */
final class RunViews {
    /** Of one material of one run; comparing with an older run shows others. */
    private static final int MOST_CHANGES = 50;

    private final Database database;
    private final Definitions definitions;
    private final StageNames stageNames;

    RunViews(Database database, Definitions definitions, StageNames stageNames) {
        this.database = database;
        this.definitions = definitions;
        this.stageNames = stageNames;
    }

    /**
     * The newest runs of all pipelines, or of those that the filter lets through.
     *
     * @throws PenstockException NOT_FOUND when there is no such pipeline or group
     */
    Page<RunLine> newest(RunFilter filter, Paging paging) {
        Long after = paging.afterNumber();
        long before = after == null ? Long.MAX_VALUE : after;
        return database.read(handle -> {
            Page<Run> page =
                    paging.page(find(handle, filter, before, paging.limitAndOne()), run -> Long.toString(run.id()));
            return lines(handle, cut(page, filter.since()));
        });
    }

    /** The newest runs of a pipeline. */
    Page<RunLine> ofPipeline(String pipeline, Paging paging) {
        Long after = paging.afterNumber();
        long before = after == null ? Long.MAX_VALUE : after;
        return database.read(handle -> {
            List<Run> found =
                    RunQuery.ofPipeline(handle, requirePipeline(handle, pipeline), before, paging.limitAndOne());
            return lines(handle, paging.page(found, run -> Long.toString(run.counter())));
        });
    }

    /** A run with its materials, variables, stages and the jobs of their newest runs. */
    RunDetail show(String pipeline, long counter) {
        return database.read(handle -> {
            Run run = require(handle, pipeline, counter);
            PipelineDefinition definition = definitions.byId(handle, run.definition());
            return new RunDetail(
                    run.pipeline(),
                    run.group(),
                    run.counter(),
                    run.label(),
                    run.state(),
                    Waiting.of(
                            run,
                            definition.stages().stream()
                                    .map(StageDefinition::name)
                                    .toList()),
                    run.cause(),
                    run.createdAt(),
                    run.endedAt(),
                    run.comment(),
                    run.definitionVersion(),
                    materials(handle, run, definition),
                    VariableView.of(
                            List.of(new VariableView.Declared(VariableView.From.PIPELINE, definition.variables())),
                            VariableView.overrides(run),
                            true),
                    stages(handle, run, definition));
        });
    }

    /** A run's row. */
    static Run require(Handle handle, String pipeline, long counter) {
        return RunQuery.find(handle, pipeline, counter)
                .orElseThrow(() -> new PenstockException(
                        ErrorCode.NOT_FOUND, "There is no run \"" + pipeline + "/" + counter + "\""));
    }

    static long requirePipeline(Handle handle, String name) {
        return RunQuery.pipeline(handle, name)
                .orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no pipeline \"" + name + "\""));
    }

    private static List<Run> find(Handle handle, RunFilter filter, long before, int limit) {
        String state = filter.state() == null ? null : filter.state().name();
        List<Long> pipelines = pipelines(handle, filter);
        if (pipelines == null) {
            return state == null
                    ? RunQuery.newest(handle, before, limit)
                    : RunQuery.newest(handle, state, before, limit);
        }
        return state == null
                ? RunQuery.newest(handle, pipelines, before, limit)
                : RunQuery.newest(handle, pipelines, state, before, limit);
    }

    private static @Nullable List<Long> pipelines(Handle handle, RunFilter filter) {
        List<Long> pipelines = null;
        String group = filter.group();
        if (group != null) {
            pipelines = RunQuery.pipelinesOfGroup(handle, group)
                    .orElseThrow(
                            () -> new PenstockException(ErrorCode.NOT_FOUND, "There is no group \"" + group + "\""));
        }
        String pipeline = filter.pipeline();
        if (pipeline != null) {
            long id = requirePipeline(handle, pipeline);
            pipelines = pipelines == null || pipelines.contains(id) ? List.of(id) : List.of();
        }
        return pipelines;
    }

    /** Runs come newest first: the first that is too old ends the list. */
    private static Page<Run> cut(Page<Run> page, @Nullable Instant since) {
        if (since == null) {
            return page;
        }
        List<Run> young = page.items().stream()
                .takeWhile(run -> !run.createdAt().isBefore(since))
                .toList();
        return young.size() == page.items().size() ? page : new Page<>(young, null);
    }

    private Page<RunLine> lines(Handle handle, Page<Run> page) {
        List<Long> ids = page.items().stream().map(Run::id).toList();
        Map<Long, List<StageRun>> stages = StageQuery.latest(handle, ids);
        Map<Long, Integer> lost = JobQuery.lost(handle, ids);
        Map<DefinitionId, List<String>> names =
                stageNames.of(handle, page.items().stream().map(Run::definition).toList());
        return page.map(run -> RunLine.of(
                run,
                names.getOrDefault(run.definition(), List.of()),
                stages.getOrDefault(run.id(), List.of()),
                lost.get(run.id())));
    }

    private static List<RunDetail.Material> materials(Handle handle, Run run, PipelineDefinition definition) {
        List<RunDetail.Material> materials = new ArrayList<>();
        for (ChangeQuery.Material material : ChangeQuery.materials(handle, run.id())) {
            MaterialDefinition defined = definition.materials().get(material.position());
            List<Change> changes = ChangeQuery.between(
                    handle, material.material(), material.from(), material.modification(), MOST_CHANGES + 1);
            materials.add(new RunDetail.Material(
                    defined.name(),
                    material.type(),
                    material.displayName(),
                    defined.destination(),
                    material.revision(),
                    material.fromRevision(),
                    material.changed(),
                    changes.subList(0, Math.min(changes.size(), MOST_CHANGES)),
                    changes.size() > MOST_CHANGES));
        }
        return materials;
    }

    private static List<RunDetail.Stage> stages(Handle handle, Run run, PipelineDefinition definition) {
        Map<String, List<StageRun>> runs =
                StageQuery.ofRun(handle, run.id()).stream().collect(Collectors.groupingBy(StageRun::key));
        Map<Long, List<Job>> jobs = JobQuery.ofStages(
                        handle,
                        runs.values().stream()
                                .flatMap(List::stream)
                                .filter(StageRun::latest)
                                .map(StageRun::id)
                                .toList())
                .stream()
                .collect(Collectors.groupingBy(Job::stageRunId));
        StageGates gates = StageGates.of(handle, run, definition);
        return definition.stages().stream()
                .map(stage -> new RunDetail.Stage(
                        stage.name(),
                        stage.approval().type(),
                        stage.approval().allowOnlyOnSuccess(),
                        gates.refusal(stage.name()),
                        runs.getOrDefault(Names.key(stage.name()), List.of()).stream()
                                .map(each -> new RunDetail.StageWithJobs(
                                        each, each.latest() ? jobs.getOrDefault(each.id(), List.of()) : null))
                                .toList()))
                .toList();
    }
}

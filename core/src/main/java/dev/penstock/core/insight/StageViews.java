package dev.penstock.core.insight;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.http.Page;
import dev.penstock.core.http.Paging;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Stage runs and jobs for people. Thread-safe. */
final class StageViews {
    private final Database database;
    private final Definitions definitions;

    StageViews(Database database, Definitions definitions) {
        this.database = database;
        this.definitions = definitions;
    }

    /** A stage run with its jobs. */
    StageDetail stage(String pipeline, long counter, String name, int stageCounter) {
        return database.read(handle -> {
            Run run = RunViews.require(handle, pipeline, counter);
            StageRun stage = StageQuery.find(handle, run.id(), name, stageCounter)
                    .orElseThrow(() -> new PenstockException(
                            ErrorCode.NOT_FOUND,
                            "There is no stage run \"" + pipeline + "/" + counter + "/" + name + "/" + stageCounter
                                    + "\""));
            PipelineDefinition definition = definitions.byId(handle, run.definition());
            StageDefinition defined = definition.stages().get(stage.position());
            return new StageDetail(
                    run.pipeline(),
                    run.counter(),
                    run.label(),
                    stage,
                    defined.approval().type(),
                    defined.approval().allowOnlyOnSuccess(),
                    defined.fetchMaterials(),
                    defined.cleanWorkingDirectory(),
                    StageQuery.ofRun(handle, run.id()).stream()
                            .filter(each -> each.key().equals(stage.key()))
                            .map(StageRun::counter)
                            .toList(),
                    stage.latest()
                            ? StageGates.of(handle, run, definition).refusal(defined.name())
                            : new RunDetail.Refusal("superseded", "The stage has been run again since"),
                    JobQuery.ofStages(handle, List.of(stage.id())));
        });
    }

    /** A stage's runs in all runs of its pipeline, newest first. */
    Page<StageHistory> history(String pipeline, String stage, Paging paging) {
        Long after = paging.afterNumber();
        return database.read(handle -> {
            long id = RunViews.requirePipeline(handle, pipeline);
            return paging.page(
                            StageQuery.history(
                                    handle, id, stage, after == null ? Long.MAX_VALUE : after, paging.limitAndOne()),
                            entry -> Long.toString(entry.getKey()))
                    .map(Map.Entry::getValue);
        });
    }

    /** A job by its locator. */
    JobDetail job(String pipeline, long run, String stage, int stageCounter, String name) {
        return database.read(handle -> {
            long id = JobQuery.id(handle, pipeline, run, stage, stageCounter, name)
                    .orElseThrow(() -> new PenstockException(
                            ErrorCode.NOT_FOUND,
                            "There is no job \"" + pipeline + "/" + run + "/" + stage + "/" + stageCounter + "/" + name
                                    + "\""));
            return detail(handle, id);
        });
    }

    JobDetail job(long id) {
        return database.read(handle -> detail(handle, id));
    }

    /** The steps of a job's life, in order. */
    Page<Transition> transitions(long id, Paging paging) {
        Long after = paging.afterNumber();
        return database.read(handle -> {
            Job job = requireJob(handle, id);
            Long copied = job.copiedFromId();
            List<Transition> found = JobQuery.transitions(
                    handle, copied == null ? id : copied, after == null ? 0 : after, paging.limitAndOne());
            return paging.page(found, transition -> Long.toString(transition.id()));
        });
    }

    private static Job requireJob(Handle handle, long id) {
        return JobQuery.find(handle, id)
                .orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no job run \"" + id + "\""));
    }

    private JobDetail detail(Handle handle, long id) {
        Job job = requireJob(handle, id);
        JobPlace place = JobQuery.place(handle, id);
        Long copied = job.copiedFromId();
        return new JobDetail(
                place,
                job,
                remedy(job),
                variables(definitions.byId(handle, place.definition()), place, job),
                JobQuery.attempts(handle, copied == null ? id : copied));
    }

    private static @Nullable String remedy(Job job) {
        return switch (job.state()) {
            case "LOST" ->
                "Nobody knows how far its agent came. Look at that machine; then let the job run again, or give it up";
            case "SCHEDULED" ->
                job.waitReason() == null ? null : "Start or enable an agent that fits, or cancel the job";
            case "CANCELLING" -> "It ends when its agent says so, at the latest when the agent's lease ends";
            default -> null;
        };
    }

    private static List<VariableView> variables(PipelineDefinition definition, JobPlace place, Job job) {
        List<VariableView.Declared> declared = new ArrayList<>();
        declared.add(new VariableView.Declared(VariableView.From.PIPELINE, definition.variables()));
        Optional<StageDefinition> stage = definition.stages().stream()
                .filter(each -> Names.key(each.name()).equals(Names.key(place.stage())))
                .findFirst();
        stage.ifPresent(each -> declared.add(new VariableView.Declared(VariableView.From.STAGE, each.variables())));
        stage.stream()
                .flatMap(each -> each.jobs().stream())
                .filter(each -> Names.key(each.name()).equals(Names.key(job.jobName())))
                .findFirst()
                .map(JobDefinition::variables)
                .ifPresent(each -> declared.add(new VariableView.Declared(VariableView.From.JOB, each)));
        return VariableView.of(declared, VariableView.overrides(place.overrides()), false);
    }
}

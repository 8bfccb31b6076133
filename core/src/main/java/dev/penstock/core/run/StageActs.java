package dev.penstock.core.run;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.run.StageRunStore.Found;
import dev.penstock.core.run.StageRunStore.LatestStage;
import dev.penstock.core.run.StageStarter.Content;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What people do with the stages of a run: start them, run them again, cancel them, keep their artifacts. Thread-safe. */
public final class StageActs {
    private final Database database;
    private final Definitions definitions;
    private final StageStarter starter;
    private final JobRunStore jobs;
    private final EventStore events;

    StageActs(Database database, Definitions definitions, StageStarter starter, JobRunStore jobs, EventStore events) {
        this.database = database;
        this.definitions = definitions;
        this.starter = starter;
        this.jobs = jobs;
        this.events = events;
    }

    /** What of a stage is to run again. */
    sealed interface Again {

        /** All of it, with its jobs on the agents that there are now. */
        record Whole() implements Again {}

        /** The jobs that have not passed; the others are taken over. */
        record Failed() implements Again {}

        /**
         * Some jobs; the others are taken over.
         *
         * @param names of instances, or of jobs for all of their instances
         */
        record Chosen(List<String> names) implements Again {
            public Chosen {
                names = List.copyOf(names);
            }
        }
    }

    /** A stage of a run, with all that decides whether it may start. The pipeline and the run are locked. */
    private record Candidate(RunRow run, PipelineDefinition definition, int position, Map<String, LatestStage> latest) {
        StageDefinition stage() {
            return definition.stages().get(position);
        }

        String key() {
            return StageStarter.key(stage());
        }

        @Nullable
        LatestStage newest() {
            return latest.get(key());
        }
    }

    /**
     * Starts a stage that has not been run in this run: approves it, or goes on where the run waits.
     *
     * @throws PenstockException NOT_FOUND, the codes of {@link StageGate}, NO_MATCHING_AGENT, and CONFLICT when it has
     *     been run
     */
    StagePlace start(String pipeline, long run, String stage, String by) {
        return database.inTransaction(tx -> {
            Candidate candidate = candidate(tx, pipeline, run, stage);
            requireOpen(tx, candidate);
            LatestStage newest = candidate.newest();
            if (newest != null) {
                throw new PenstockException(
                        ErrorCode.CONFLICT,
                        "Stage \"" + newest.name() + "\" has been run in run \""
                                + candidate.run().place() + "\"; run \"" + newest.name() + "/" + newest.counter()
                                + "\" again");
            }
            return begin(tx, candidate, whole(tx, candidate), "stage.start", Map.of(), by);
        });
    }

    /**
     * Runs a stage again, or some of its jobs, with the definition, variables and materials that the run began with.
     *
     * @throws PenstockException as {@link #start}; SUPERSEDED when the stage has a newer run, NOT_RUNNABLE when none of
     *     its jobs has failed, INVALID when none is chosen
     */
    StagePlace rerun(StagePlace place, Again again, String by) {
        return database.inTransaction(tx -> {
            Candidate candidate = candidate(tx, place.pipeline(), place.run(), place.stage());
            LatestStage newest = newest(candidate, place);
            requireOpen(tx, candidate);
            return switch (again) {
                case Again.Whole _ ->
                    begin(tx, candidate, whole(tx, candidate), "stage.rerun", Map.of("of", newest.counter()), by);
                case Again.Failed _ -> {
                    List<PastInstance> past = StageRunStore.pastInstances(tx, newest.id());
                    yield rerunSome(
                            tx,
                            candidate,
                            newest,
                            past,
                            past.stream().filter(PastInstance::isFailed).toList(),
                            by);
                }
                case Again.Chosen(var names) -> {
                    List<PastInstance> past = StageRunStore.pastInstances(tx, newest.id());
                    yield rerunSome(tx, candidate, newest, past, chosen(place, past, names), by);
                }
            };
        });
    }

    /** Cancels all jobs of a stage that are not over; repeated without effect while they are being cancelled. */
    void cancel(StagePlace place, String by) {
        database.useTransaction(tx -> {
            Found found = require(tx, place);
            switch (jobs.cancelStage(tx, found.id(), by)) {
                case BEGUN -> AuditStore.record(tx, by, "stage.cancel", object(found.place()), Map.of());
                case UNDER_WAY -> {}
                case TOO_LATE ->
                    throw new PenstockException(
                            ErrorCode.CONFLICT, "Stage \"" + place.text() + "\" is over; there is nothing to cancel");
            }
        });
    }

    /** Keeps the artifacts of a stage run from retention, or leaves them to it. */
    void keepArtifacts(StagePlace place, boolean keep, String by) {
        database.useTransaction(tx -> {
            Found found = require(tx, place);
            if (StageRunStore.keepArtifacts(tx, found.id(), keep)) {
                AuditStore.record(tx, by, "stage.keep_artifacts", object(found.place()), Map.of("keep", keep));
                Map<String, Object> body = found.place().body();
                body.put("keep_artifacts", keep);
                events.append(tx, found.place().subject(), "stage.artifacts_kept", body);
            }
        });
    }

    private Candidate candidate(Handle tx, String pipeline, long counter, String stage) {
        RunRow run = PipelineRunStore.lock(tx, pipeline, counter);
        PipelineDefinition definition = definitions.byId(tx, run.definition());
        int position = StageStarter.find(definition, stage)
                .orElseThrow(() -> new PenstockException(
                        ErrorCode.NOT_FOUND, "Run \"" + run.place() + "\" has no stage \"" + stage + "\""));
        return new Candidate(run, definition, position, StageRunStore.latest(tx, run.id()));
    }

    private static LatestStage newest(Candidate candidate, StagePlace place) {
        LatestStage newest = candidate.newest();
        if (newest == null || place.counter() > newest.counter() || place.counter() < 1) {
            throw unknown(place);
        }
        if (place.counter() < newest.counter()) {
            throw new PenstockException(
                    ErrorCode.SUPERSEDED,
                    "Stage \"" + place.text() + "\" has been run again since; its newest run is \"" + newest.name()
                            + "/" + newest.counter() + "\"");
        }
        return newest;
    }

    private static void requireOpen(Handle tx, Candidate candidate) {
        RunRow run = candidate.run();
        StageDefinition stage = candidate.stage();
        StageGate.Before before = null;
        if (candidate.position() > 0) {
            StageDefinition defined = candidate.definition().stages().get(candidate.position() - 1);
            LatestStage latest = candidate.latest().get(StageStarter.key(defined));
            before = new StageGate.Before(defined.name(), latest == null ? null : latest.result());
        }
        Optional<StageGate.Refusal> refusal = StageGate.refusal(new StageGate.Situation(
                run.pipelineName(),
                run.counter(),
                run.deleted(),
                run.paused(),
                candidate.latest().values().stream()
                        .filter(latest -> latest.result() == null)
                        .map(LatestStage::name)
                        .findFirst()
                        .orElse(null),
                StageRunStore.busyIn(tx, run.pipeline(), candidate.key()).orElse(null),
                stage.name(),
                stage.approval().allowOnlyOnSuccess(),
                before));
        if (refusal.isPresent()) {
            throw new PenstockException(refusal.get().code(), refusal.get().message());
        }
    }

    private Content whole(Handle tx, Candidate candidate) {
        return new Content(starter.plan(tx, candidate.stage()), null, List.of(), null);
    }

    private StagePlace rerunSome(
            Handle tx,
            Candidate candidate,
            LatestStage newest,
            List<PastInstance> past,
            List<PastInstance> again,
            String by) {
        if (again.isEmpty()) {
            throw new PenstockException(
                    ErrorCode.NOT_RUNNABLE,
                    "No job of stage \"" + newest.name() + "/" + newest.counter()
                            + "\" has failed; run the whole stage again, or choose jobs");
        }
        JobExpansion expansion = starter.expansion(tx);
        List<PlannedJob> planned = again.stream()
                .flatMap(instance -> expansion.again(definition(candidate.stage(), instance), instance).stream())
                .toList();
        List<PastInstance> copied =
                past.stream().filter(instance -> !again.contains(instance)).toList();
        Integer chain = newest.rerunOf();
        Content content = new Content(planned, newest.id(), copied, chain == null ? newest.counter() : chain);
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("of", newest.counter());
        detail.put("jobs", again.stream().map(PastInstance::name).toList());
        return begin(tx, candidate, content, "stage.rerun_jobs", detail, by);
    }

    private static List<PastInstance> chosen(StagePlace place, List<PastInstance> past, List<String> names) {
        if (names.isEmpty()) {
            throw new PenstockException(
                    ErrorCode.INVALID, "Choose at least one job of stage \"" + place.text() + "\" to run again");
        }
        for (String name : names) {
            if (past.stream().noneMatch(instance -> instance.isCalled(name))) {
                throw new PenstockException(
                        ErrorCode.NOT_FOUND, "Stage \"" + place.text() + "\" has no job \"" + name + "\"");
            }
        }
        return past.stream()
                .filter(instance -> names.stream().anyMatch(instance::isCalled))
                .toList();
    }

    private static JobDefinition definition(StageDefinition stage, PastInstance instance) {
        return stage.jobs().stream()
                .filter(job -> Names.key(job.name()).equals(Names.key(instance.jobName())))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("The run's own definition has no job " + instance.jobName()));
    }

    private StagePlace begin(
            Handle tx, Candidate candidate, Content content, String act, Map<String, ?> detail, String by) {
        PipelineRuns.requireSomeAgent(content.jobs());
        RunRow run = candidate.run();
        List<Fact> facts = new ArrayList<>();
        if (PipelineRunStore.apply(tx, run, new PipelineRunEvent.StageStarted(), facts)
                instanceof Step.Stay<PipelineRunState>(var _, var message)) {
            throw new PenstockException(ErrorCode.ALREADY_RUNNING, message);
        }
        int counter = StageRunStore.nextCounter(tx, run.id(), candidate.key());
        StagePlace place = starter.insert(tx, run, candidate.stage(), candidate.position(), counter, content, by, facts)
                .place();
        events.appendAll(tx, facts);
        AuditStore.record(tx, by, act, object(place), detail);
        return place;
    }

    private static Found require(Handle handle, StagePlace place) {
        return StageRunStore.find(handle, place).orElseThrow(() -> unknown(place));
    }

    private static PenstockException unknown(StagePlace place) {
        return new PenstockException(ErrorCode.NOT_FOUND, "There is no stage run \"" + place.text() + "\"");
    }

    private static String object(StagePlace place) {
        return "stage/" + place.text();
    }
}

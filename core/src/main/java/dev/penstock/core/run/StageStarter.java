package dev.penstock.core.run;

import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.StageEvent.Tally;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Starts stages: expands their jobs and inserts them. The caller holds the lock of the pipeline and the run. Thread-safe. */
final class StageStarter {
    private final AgentDirectory agents;
    private final Signals signals;
    private final Duration defaultQueueTimeout;

    StageStarter(AgentDirectory agents, Signals signals, Duration defaultQueueTimeout) {
        this.agents = agents;
        this.signals = signals;
        this.defaultQueueTimeout = defaultQueueTimeout;
    }

    /** What a started stage is like. It is over at once when none of its jobs has an agent. */
    record Started(StagePlace place, StageState state) {}

    /** The instances of a stage's jobs on the agents that there are now. */
    List<PlannedJob> plan(Handle tx, StageDefinition stage) {
        return expansion(tx).expand(stage);
    }

    JobExpansion expansion(Handle tx) {
        return new JobExpansion(
                job -> agents.matching(tx, PlannedJob.requires(job), null),
                Math.toIntExact(defaultQueueTimeout.toSeconds()));
    }

    /** Starts all jobs of a stage that was not run in this run before, or runs it again. */
    Started start(
            Handle tx,
            RunRow run,
            StageDefinition stage,
            int position,
            List<PlannedJob> jobs,
            String approvedBy,
            List<Fact> facts) {
        int counter = StageRunStore.nextCounter(tx, run.id(), key(stage));
        return insert(tx, run, stage, position, counter, new Content(jobs, null, List.of(), null), approvedBy, facts);
    }

    /**
     * What is in a stage run.
     *
     * @param copiedFrom the earlier run of the stage whose other jobs are taken over
     * @param copied those jobs
     * @param rerunOf see {@link StageRunStore.NewStage#rerunOf()}
     */
    record Content(
            List<PlannedJob> jobs,
            @Nullable StageRunId copiedFrom,
            List<PastInstance> copied,
            @Nullable Integer rerunOf) {

        Tally tally() {
            return Tally.of(Stream.concat(
                            jobs.stream().map(PlannedJob::standing),
                            copied.stream().map(PastInstance::standing))
                    .toList());
        }
    }

    Started insert(
            Handle tx,
            RunRow run,
            StageDefinition stage,
            int position,
            int counter,
            Content content,
            String approvedBy,
            List<Fact> facts) {
        StageState state = StageLife.stand(content.tally(), run.now());
        var row = new StageRunStore.NewStage(
                stage.name(),
                key(stage),
                position,
                stage.neverCleanupArtifacts(),
                counter,
                approvedBy,
                content.rerunOf());
        StageRunStore.insert(tx, run, row, state, content.jobs());
        if (content.copiedFrom() != null) {
            StageRunStore.copyJobs(
                    tx,
                    content.copiedFrom(),
                    content.copied().stream()
                            .map(past -> Names.key(past.name()))
                            .toList());
        }
        var place = new StagePlace(run.pipelineName(), run.counter(), stage.name(), counter);
        facts.add(StageRunStore.fact(place, state));
        signals.raise(tx, Channel.DISPATCH);
        return new Started(place, state);
    }

    /** Where a stage of that key stands in a run's own definition, which has it. */
    static int position(PipelineDefinition definition, String key) {
        return find(definition, key)
                .orElseThrow(() -> new IllegalStateException("The run's own definition has no stage " + key));
    }

    /** Where a stage of that name stands in a definition. */
    static OptionalInt find(PipelineDefinition definition, String name) {
        String key = Names.key(name);
        return IntStream.range(0, definition.stages().size())
                .filter(position -> key(definition.stages().get(position)).equals(key))
                .findFirst();
    }

    static String key(StageDefinition stage) {
        return Names.key(stage.name());
    }
}

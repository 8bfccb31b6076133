package dev.penstock.core.run;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import java.time.Duration;
import java.util.List;

/**
 * The parts of this feature that others use.
 *
 * @param jobs the only way to change a job run
 * @param runs the only way to start a pipeline run
 * @param runActs what people do with runs
 * @param stageActs what people do with stages
 * @param jobActs what people do with jobs
 */
public record RunFeature(JobRunStore jobs, PipelineRuns runs, RunActs runActs, StageActs stageActs, JobActs jobActs) {

    /** The routes of the acts; reading is the part of insight. */
    public List<Resource> resources() {
        return List.of(new RunResource(runActs), new StageResource(stageActs), new JobResource(jobActs));
    }

    /**
     * What the feature needs from others.
     *
     * @param defaultQueueTimeout how long a job waits for an agent when its definition does not say; zero for ever
     */
    public record Needs(
            Database database,
            Definitions definitions,
            PipelineRuns.Labels labels,
            AgentDirectory agents,
            ConsoleSink consoles,
            RunListener listener,
            Signals signals,
            EventStore events,
            Duration defaultQueueTimeout) {}

    public static RunFeature create(Needs needs) {
        var starter = new StageStarter(needs.agents(), needs.signals(), needs.defaultQueueTimeout());
        var settler = new StageSettler(needs.definitions()::byId, starter, needs.listener());
        var jobs = new JobRunStore(settler, needs.consoles(), needs.events(), needs.signals());
        return new RunFeature(
                jobs,
                new PipelineRuns(starter, needs.labels(), needs.events()),
                new RunActs(needs.database(), jobs, needs.events()),
                new StageActs(needs.database(), needs.definitions(), starter, jobs, needs.events()),
                new JobActs(needs.database(), jobs));
    }
}

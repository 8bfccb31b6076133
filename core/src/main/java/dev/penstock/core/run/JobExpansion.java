package dev.penstock.core.run;

import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.run.AgentDirectory.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Makes instances of the jobs of a stage. Pure.
 *
 * <p>A job that runs on all agents gets one instance for each host that fits. One that is down gets its instance too,
 * over from the start as CANCELLED for the reason AGENT_DOWN: it keeps nobody waiting, everybody sees it, it does not
 * count for the stage unless nothing else ran, and a re-run of failed jobs tries that host again.
 */
final class JobExpansion {
    private final Function<JobDefinition, List<Host>> hosts;
    private final int defaultQueueTimeoutSeconds;

    /** @param hosts that have what the job requires, dead or alive; asked only for jobs that run on all agents */
    JobExpansion(Function<JobDefinition, List<Host>> hosts, int defaultQueueTimeoutSeconds) {
        this.hosts = hosts;
        this.defaultQueueTimeoutSeconds = defaultQueueTimeoutSeconds;
    }

    /** All instances of all jobs of a stage. */
    List<PlannedJob> expand(StageDefinition stage) {
        return stage.jobs().stream().flatMap(this::instances).toList();
    }

    private Stream<PlannedJob> instances(JobDefinition job) {
        int count = job.runInstances().count();
        return switch (job.runInstances().kind()) {
            case ONE -> Stream.of(PlannedJob.waiting(job, job.name(), 1, 1, null, defaultQueueTimeoutSeconds));
            case COUNT ->
                Stream.iterate(1, index -> index <= count, index -> index + 1)
                        .map(index -> PlannedJob.waiting(
                                job,
                                job.name() + "-runInstance-" + index,
                                index,
                                count,
                                null,
                                defaultQueueTimeoutSeconds));
            case ALL_AGENTS -> onAll(job).stream();
        };
    }

    private List<PlannedJob> onAll(JobDefinition job) {
        List<Host> matching = hosts.apply(job);
        if (matching.isEmpty()) {
            return List.of(PlannedJob.waiting(job, name(job, 1), 1, 1, null, defaultQueueTimeoutSeconds)
                    .finished(JobResult.FAILED, JobReason.NO_MATCHING_AGENT, noAgent(job)));
        }
        List<PlannedJob> instances = new ArrayList<>();
        for (Host host : matching) {
            int index = instances.size() + 1;
            instances.add(pinned(job, name(job, index), index, matching.size(), host));
        }
        return instances;
    }

    /**
     * An instance again: on the same host if it was made for one. One that stands for a job that found no host at all
     * becomes what the job would be now.
     */
    List<PlannedJob> again(JobDefinition job, PastInstance past) {
        if (past.pinnedAgent() != null) {
            Host host = hosts.apply(job).stream()
                    .filter(candidate -> candidate.id().equals(past.pinnedAgent()))
                    .findFirst()
                    .orElse(new Host(
                            past.pinnedAgent(),
                            Objects.requireNonNullElse(
                                    past.pinnedAgentName(),
                                    past.pinnedAgent().value().toString()),
                            false));
            return List.of(pinned(job, past.name(), past.runIndex(), past.runCount(), host));
        }
        if (past.kind() == RunInstances.Kind.ALL_AGENTS) {
            return onAll(job);
        }
        return List.of(PlannedJob.waiting(
                job, past.name(), past.runIndex(), past.runCount(), null, defaultQueueTimeoutSeconds));
    }

    private PlannedJob pinned(JobDefinition job, String name, int index, int count, Host host) {
        PlannedJob planned = PlannedJob.waiting(job, name, index, count, host, defaultQueueTimeoutSeconds);
        return host.live()
                ? planned
                : planned.finished(
                        JobResult.CANCELLED,
                        JobReason.AGENT_DOWN,
                        "Agent \"" + host.name() + "\" was down when the stage started");
    }

    private static String name(JobDefinition job, int index) {
        return job.name() + "-runOnAll-" + index;
    }

    private static String noAgent(JobDefinition job) {
        return job.resources().isEmpty()
                ? "No enabled agent for job \"" + job.name() + "\", which runs on all agents"
                : "No enabled agent has the resources " + job.resources() + " of job \"" + job.name()
                        + "\", which runs on all agents that do";
    }
}

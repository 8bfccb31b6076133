package dev.penstock.core.run;

import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An instance of a job, to be inserted: the columns of its row by their names.
 *
 * @param state SCHEDULED, or FINISHED for an instance that cannot run and must not vanish
 */
record PlannedJob(
        String name,
        String nameKey,
        String jobName,
        RunInstances.Kind kind,
        int runIndex,
        int runCount,
        @Nullable UUID pinnedAgentId,
        @Nullable String pinnedAgentName,
        List<String> requires,
        OnAgentLoss.Policy rerunPolicy,
        int maxReruns,
        int queueTimeoutSeconds,
        String state,
        @Nullable JobResult result,
        @Nullable JobReason reason,
        @Nullable String message) {

    /** Waits for any agent that fits, or for the one that it is pinned to. */
    static PlannedJob waiting(
            JobDefinition job,
            String name,
            int index,
            int count,
            AgentDirectory.@Nullable Host host,
            int defaultQueueTimeoutSeconds) {
        Integer minutes = job.queueTimeoutMinutes();
        return new PlannedJob(
                name,
                name.toLowerCase(Locale.ROOT),
                job.name(),
                job.runInstances().kind(),
                index,
                count,
                host == null ? null : host.id().value(),
                host == null ? null : host.name(),
                requires(job),
                job.onAgentLoss().policy(),
                job.onAgentLoss().maxReruns(),
                minutes == null ? defaultQueueTimeoutSeconds : Math.multiplyExact(minutes, 60),
                "SCHEDULED",
                null,
                null,
                null);
    }

    /** Is over before it began. */
    PlannedJob finished(JobResult endResult, JobReason endReason, String endMessage) {
        return new PlannedJob(
                name,
                nameKey,
                jobName,
                kind,
                runIndex,
                runCount,
                pinnedAgentId,
                pinnedAgentName,
                requires,
                rerunPolicy,
                maxReruns,
                queueTimeoutSeconds,
                "FINISHED",
                endResult,
                endReason,
                endMessage);
    }

    StageEvent.JobStanding standing() {
        return new StageEvent.JobStanding(result, reason);
    }

    boolean canRun() {
        return result == null;
    }

    /** The resources that an agent needs, as the dispatcher compares them. */
    static List<String> requires(JobDefinition job) {
        return job.resources().stream()
                .map(resource -> Objects.requireNonNull(resource).toLowerCase(Locale.ROOT))
                .distinct()
                .sorted()
                .toList();
    }
}

package dev.penstock.core.dispatch;

import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.PipelineId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A job that waits for an agent, and what it asks of one.
 *
 * @param requires resources, in lower case
 * @param environment in lower case; null when its pipeline is in none
 * @param pinnedTo the only agent that may run it; null for any that fits
 */
record WaitingJob(
        JobRunId id,
        PipelineId pipeline,
        int priority,
        Set<String> requires,
        @Nullable String environment,
        @Nullable AgentId pinnedTo) {

    WaitingJob {
        requires = Set.copyOf(requires);
    }
}

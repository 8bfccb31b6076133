package dev.penstock.core.run;

import dev.penstock.core.platform.ids.AgentId;
import org.jspecify.annotations.Nullable;

/** An instance of a job in an earlier run of its stage. */
record PastInstance(
        String name,
        String jobName,
        int runIndex,
        int runCount,
        @Nullable AgentId pinnedAgent,
        String pinnedAgentName,
        JobResult result,
        @Nullable JobReason reason) {

    /** Whether a re-run of failed jobs runs it again. */
    boolean isFailed() {
        return result != JobResult.PASSED;
    }
}

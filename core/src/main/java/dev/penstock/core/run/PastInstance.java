package dev.penstock.core.run;

import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.platform.ids.AgentId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An instance of a job in an earlier run of its stage. */
record PastInstance(
        String name,
        String jobName,
        RunInstances.Kind kind,
        int runIndex,
        int runCount,
        @Nullable AgentId pinnedAgent,
        @Nullable String pinnedAgentName,
        JobResult result,
        @Nullable JobReason reason) {

    /** Whether a re-run of failed jobs runs it again. */
    boolean isFailed() {
        return result != JobResult.PASSED;
    }

    /** Whether it is meant by a name: its own, or that of the job it is an instance of. */
    boolean isCalled(String name) {
        String key = name.toLowerCase(Locale.ROOT);
        return key.equals(this.name.toLowerCase(Locale.ROOT)) || key.equals(jobName.toLowerCase(Locale.ROOT));
    }

    StageEvent.JobStanding standing() {
        return new StageEvent.JobStanding(result, reason);
    }
}

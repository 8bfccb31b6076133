package dev.penstock.core.run;

import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.core.platform.ids.AgentId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a job run is in its life, and only the facts that hold there. Times are the database's. */
public sealed interface JobState {

    /** The number of the newest attempt; 0 before the first. */
    int attempt();

    Instant since();

    /** Waiting for an agent. */
    record Scheduled(int attempt, Instant since) implements JobState {}

    /** Given to an agent, which has not reported yet. */
    record Assigned(AgentId agent, int attempt, Instant since, Instant leaseUntil) implements Held {}

    /** At work on an agent, which must report again before {@code leaseUntil}. */
    record Running(AgentId agent, int attempt, Phase phase, Instant since, Instant leaseUntil) implements Held {}

    /** Told to stop; the agent keeps it, and gets nothing else, until it confirms or its lease ends. */
    record Cancelling(AgentId agent, int attempt, String by, Instant since, Instant leaseUntil) implements Held {}

    /** Its agent fell silent, and a person must decide whether it runs again. */
    record Lost(AgentId agent, int attempt, JobReason reason, Instant since) implements JobState {}

    /**
     * Over. Nothing leads out of this state.
     *
     * @param reason null when it passed
     * @param reportedBy whose report ended it; null when it ended in another way
     */
    record Finished(
            JobResult result,
            @Nullable JobReason reason,
            @Nullable String message,
            int attempt,
            @Nullable AgentId reportedBy,
            Instant since)
            implements JobState {}

    /** An agent has it, by a lease. */
    sealed interface Held extends JobState permits Assigned, Running, Cancelling {
        AgentId agent();

        Instant leaseUntil();
    }
}

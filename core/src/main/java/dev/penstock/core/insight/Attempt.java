package dev.penstock.core.insight;

import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One go at a job by one agent.
 *
 * @param outcome PASSED, FAILED, CANCELLED, LOST, REVOKED; null while it goes on
 * @param phases with the agent's times
 * @param tasks with the agent's times, and where each begins in the console
 * @param console of the attempt, once it is over
 */
record Attempt(
        int attempt,
        Job.AgentName agent,
        Instant assignedAt,
        @Nullable Instant endedAt,
        @Nullable String outcome,
        @Nullable String reason,
        @Nullable String message,
        List<PhaseEntered> phases,
        List<TaskRun> tasks,
        @Nullable Console console) {

    /**
     * What is left of its output.
     *
     * @param complete false: the attempt was lost before everything had arrived
     * @param truncated there was more than is kept
     */
    record Console(long length, boolean complete, boolean truncated) {}
}

package dev.penstock.core.insight;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job of a stage run, as the API shows it.
 *
 * @param name of the instance
 * @param jobName of the definition
 * @param result when it is over
 * @param reason why it has not passed, for programs
 * @param message why it has not passed, for people
 * @param waitReason why it waits for an agent
 * @param copiedFromId it did not run in this run of the stage, and shares all that this one has left
 * @param attempt the number of the newest attempt; 0 before the first
 * @param agent of the newest attempt, or the one that the job is for
 * @param buildingAt when its tasks began
 */
record Job(
        @JsonIgnore long stageRunId,
        long id,
        String name,
        String jobName,
        String state,
        @Nullable String phase,
        @Nullable String result,
        @Nullable String reason,
        @Nullable String message,
        @Nullable String waitReason,
        @Nullable Long copiedFromId,
        int attempt,
        @Nullable AgentName agent,
        Instant scheduledAt,
        @Nullable Instant assignedAt,
        @Nullable Instant buildingAt,
        @Nullable Instant endedAt,
        @Nullable String cancelledBy) {

    /** An agent, also one that there is no more. */
    record AgentName(UUID id, String name) {}
}

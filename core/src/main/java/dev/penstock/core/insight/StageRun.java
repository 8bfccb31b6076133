package dev.penstock.core.insight;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One run of a stage, as the API shows it.
 *
 * @param position in the definition of the run
 * @param state BUILDING, FAILING, PASSED, FAILED, CANCELLED
 * @param approvedBy who started it; {@code changes} when it started by itself
 * @param rerunOfCounter the counter of the first in a chain of re-runs of jobs
 * @param cancelledBy who cancelled it as a whole; it may not be over yet
 */
record StageRun(
        @JsonIgnore long id,
        @JsonIgnore long runId,
        @JsonIgnore String key,
        @JsonIgnore int position,
        String name,
        int counter,
        String state,
        String approvedBy,
        @Nullable Integer rerunOfCounter,
        boolean latest,
        Instant scheduledAt,
        @Nullable Instant endedAt,
        @Nullable String cancelledBy,
        boolean keepArtifacts,
        @Nullable Instant artifactsDeletedAt) {

    @JsonIgnore
    boolean isActive() {
        return endedAt == null;
    }
}

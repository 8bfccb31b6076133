package dev.penstock.core.insight;

import dev.penstock.core.platform.ids.DefinitionId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run of a pipeline as its row says.
 *
 * @param pipeline as it is written
 * @param deleted whether the pipeline is
 * @param waitStage the key of the stage that would come next
 * @param overrides variables given at the start, as JSON
 */
record Run(
        long id,
        long pipelineId,
        String pipeline,
        String group,
        boolean paused,
        boolean deleted,
        long counter,
        String label,
        DefinitionId definition,
        int definitionVersion,
        Cause cause,
        String overrides,
        String state,
        @Nullable String waitCode,
        @Nullable String waitStage,
        @Nullable Long supersededBy,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable String comment) {

    /**
     * Why it started.
     *
     * @param by {@code changes}, {@code timer}, or who asked
     */
    record Cause(String kind, String by, String message) {}
}

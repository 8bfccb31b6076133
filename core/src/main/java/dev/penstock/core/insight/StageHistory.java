package dev.penstock.core.insight;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run of a stage among those of all runs of its pipeline.
 *
 * @param counter of the stage in its run
 * @param seconds from its start to its end; null while it is active
 */
record StageHistory(
        long run,
        String label,
        int counter,
        String state,
        String approvedBy,
        Instant scheduledAt,
        @Nullable Instant endedAt,
        @Nullable Double seconds) {}

package dev.penstock.core.insight;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which runs a list shows; null for all.
 *
 * @param pipeline its name
 * @param group its name
 * @param since those that were created then or later
 */
record RunFilter(
        @Nullable State state,
        @Nullable String pipeline,
        @Nullable String group,
        @Nullable Instant since) {

    /** The states of runs. */
    enum State {
        ACTIVE,
        WAITING,
        PASSED,
        FAILED,
        CANCELLED
    }
}

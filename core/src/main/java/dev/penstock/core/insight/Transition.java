package dev.penstock.core.insight;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A step in the life of a job.
 *
 * @param event what happened, such as CLAIMED
 * @param state what it led to
 * @param by the person or agent behind it; null when it was the server itself
 */
record Transition(
        @JsonIgnore long id,
        String event,
        String state,
        @Nullable String phase,
        int attempt,
        @Nullable String by,
        Instant at) {}

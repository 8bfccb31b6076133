package dev.penstock.core.platform.ids;

import com.fasterxml.jackson.annotation.JsonValue;

/** One run of a stage, within a pipeline run. */
public record StageRunId(@JsonValue long value) implements Comparable<StageRunId> {
    public StageRunId {
        if (value <= 0) {
            throw new IllegalArgumentException("Not an id: " + value);
        }
    }

    @Override
    public int compareTo(StageRunId other) {
        return Long.compare(value, other.value);
    }
}

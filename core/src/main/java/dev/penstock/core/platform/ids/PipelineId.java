package dev.penstock.core.platform.ids;

import com.fasterxml.jackson.annotation.JsonValue;

/** A pipeline, whatever it is called. */
public record PipelineId(@JsonValue long value) implements Comparable<PipelineId> {
    public PipelineId {
        if (value <= 0) {
            throw new IllegalArgumentException("Not an id: " + value);
        }
    }

    @Override
    public int compareTo(PipelineId other) {
        return Long.compare(value, other.value);
    }
}

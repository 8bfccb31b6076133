package dev.penstock.core.platform.ids;

import com.fasterxml.jackson.annotation.JsonValue;

/** One run of a pipeline. */
public record PipelineRunId(@JsonValue long value) implements Comparable<PipelineRunId> {
    public PipelineRunId {
        if (value <= 0) {
            throw new IllegalArgumentException("Not an id: " + value);
        }
    }

    @Override
    public int compareTo(PipelineRunId other) {
        return Long.compare(value, other.value);
    }
}

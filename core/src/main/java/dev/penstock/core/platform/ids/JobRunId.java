package dev.penstock.core.platform.ids;

import com.fasterxml.jackson.annotation.JsonValue;

/** One run of a job, within a stage run; it may have several attempts. */
public record JobRunId(@JsonValue long value) implements Comparable<JobRunId> {
    public JobRunId {
        if (value <= 0) {
            throw new IllegalArgumentException("Not an id: " + value);
        }
    }

    @Override
    public int compareTo(JobRunId other) {
        return Long.compare(value, other.value);
    }
}

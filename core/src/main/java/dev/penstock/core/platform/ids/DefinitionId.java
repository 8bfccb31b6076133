package dev.penstock.core.platform.ids;

import com.fasterxml.jackson.annotation.JsonValue;

/** A resolved definition, immutable and shared by all runs that started with it. */
public record DefinitionId(@JsonValue long value) implements Comparable<DefinitionId> {
    public DefinitionId {
        if (value <= 0) {
            throw new IllegalArgumentException("Not an id: " + value);
        }
    }

    @Override
    public int compareTo(DefinitionId other) {
        return Long.compare(value, other.value);
    }
}

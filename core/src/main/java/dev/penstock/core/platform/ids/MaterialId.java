package dev.penstock.core.platform.ids;

import com.fasterxml.jackson.annotation.JsonValue;

/** A material: one source of changes, polled once however many pipelines use it. */
public record MaterialId(@JsonValue long value) implements Comparable<MaterialId> {
    public MaterialId {
        if (value <= 0) {
            throw new IllegalArgumentException("Not an id: " + value);
        }
    }

    @Override
    public int compareTo(MaterialId other) {
        return Long.compare(value, other.value);
    }
}

package dev.penstock.core.platform.ids;

import com.fasterxml.jackson.annotation.JsonValue;

/** A stored revision of a material. Ids grow in the order of arrival, which is the order that counts. */
public record ModificationId(@JsonValue long value) implements Comparable<ModificationId> {
    public ModificationId {
        if (value <= 0) {
            throw new IllegalArgumentException("Not an id: " + value);
        }
    }

    @Override
    public int compareTo(ModificationId other) {
        return Long.compare(value, other.value);
    }
}

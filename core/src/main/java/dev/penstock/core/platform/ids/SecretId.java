package dev.penstock.core.platform.ids;

import com.fasterxml.jackson.annotation.JsonValue;

/** A stored secret; says nothing about its value. */
public record SecretId(@JsonValue long value) implements Comparable<SecretId> {
    public SecretId {
        if (value <= 0) {
            throw new IllegalArgumentException("Not an id: " + value);
        }
    }

    @Override
    public int compareTo(SecretId other) {
        return Long.compare(value, other.value);
    }
}

package dev.penstock.core.app;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part that is made after those that use it. Thread-safe: it is set once, while the server is put together, before any
 * thread is started that asks for it.
 */
final class Late<T> {
    private final String name;
    private volatile @Nullable T part;

    /** @param name for the message of whoever asks too early */
    Late(String name) {
        this.name = name;
    }

    T set(T made) {
        if (part != null) {
            throw new IllegalStateException("There are two of \"" + name + "\"");
        }
        part = made;
        return made;
    }

    T get() {
        return Objects.requireNonNull(part, () -> "There is no \"" + name + "\" yet");
    }
}

package dev.penstock.core.config.parse;

import dev.penstock.core.config.model.Pointers;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A document as a tree that remembers where each part stands. */
sealed interface Doc {

    /** Where it stands. */
    Place place();

    /**
     * A place in a text.
     *
     * @param pointer a JSON pointer
     * @param line from 1
     * @param column from 1
     */
    record Place(String pointer, int line, int column) {
        /** A place one step deeper; the line is that of the part itself until it has its own. */
        Place step(Object name) {
            return new Place(Pointers.step(pointer, name), line, column);
        }
    }

    /** Names with values, each name once. */
    record Mapping(Place place, Map<String, Entry> entries) implements Doc {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }
    }

    /** A name's own place and what it stands for. */
    record Entry(Place key, Doc value) {}

    /** Values in an order. */
    record Sequence(Place place, List<Doc> items) implements Doc {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /**
     * One value.
     *
     * @param text as written; null only when the kind is NULL
     */
    record Scalar(Place place, @Nullable String text, Kind kind) implements Doc {

        /** How a value was written. */
        enum Kind {
            /** A JSON string. */
            STRING,
            /** A JSON number. */
            NUMBER,
            /** A JSON boolean. */
            BOOLEAN,
            /** In YAML, where the field decides what the text means, as in GoCD. */
            WORDS,
            NULL
        }
    }

    /** Whether nothing was written. */
    default boolean isNull() {
        return this instanceof Scalar scalar && scalar.kind() == Scalar.Kind.NULL;
    }
}

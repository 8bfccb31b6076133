package dev.penstock.core.config.parse;

import dev.penstock.core.platform.error.Violation;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the parts of a definition stand in the text that it was read from. Immutable. */
public final class Places {
    private final Map<String, Doc.Place> byPointer;

    Places(Map<String, Doc.Place> byPointer) {
        this.byPointer = new HashMap<>(byPointer);
    }

    /** A mistake that was found in the definition, told at its place in the text. */
    public Violation locate(Violation found) {
        Doc.Place place = of(byPointer, found.pointer());
        return place == null
                ? found
                : new Violation(place.pointer(), found.code(), found.message(), place.line(), place.column());
    }

    /** The place of a part of the model, or of the nearest part around it that has one. */
    static Doc.@Nullable Place of(Map<String, Doc.Place> places, String modelPointer) {
        String pointer = modelPointer;
        while (true) {
            Doc.Place place = places.get(pointer);
            if (place != null || pointer.isEmpty()) {
                return place;
            }
            pointer = pointer.substring(0, pointer.lastIndexOf('/'));
        }
    }
}

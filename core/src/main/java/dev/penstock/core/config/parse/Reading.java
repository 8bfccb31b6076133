package dev.penstock.core.config.parse;

import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.plugin.Secret;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What comes to light while one text is read: its mistakes, the secrets in it, and where its parts stand. Confined to one thread. */
final class Reading {
    /** More are of no use to a person, and a text of 1 MiB could have very many. */
    private static final int MAX_VIOLATIONS = 200;

    private final List<Violation> violations = new ArrayList<>();
    private final List<Violation> notes = new ArrayList<>();
    private final Set<String> reported = new HashSet<>();
    private Map<String, Doc.Place> places = new HashMap<>();
    private List<Secret> fresh = new ArrayList<>();

    void wrong(Doc.Place place, String code, String message) {
        reported.add(place.pointer());
        add(new Violation(place.pointer(), code, message, place.line(), place.column()));
    }

    /** A mistake found in the model: it is told at the place in the text that the model's part came from. */
    void wrong(Violation found) {
        Doc.Place place = placeOf(found.pointer());
        if (place == null) {
            add(found);
        } else if (!reported.contains(place.pointer())) {
            add(new Violation(place.pointer(), found.code(), found.message(), place.line(), place.column()));
        }
    }

    void note(Doc.Place place, String code, String message) {
        notes.add(new Violation(place.pointer(), code, message, place.line(), place.column()));
    }

    /** Remembers which part of the text became which part of the model. */
    void became(Doc.Place place, String modelPointer) {
        places.putIfAbsent(modelPointer, place);
    }

    /** Keeps a secret's value until it is stored. */
    SecretRef keep(String plain) {
        fresh.add(new Secret(plain));
        return new SecretRef(-fresh.size());
    }

    /** The secrets of the pipeline that was just read; then forgets them, and the places too. */
    List<Secret> endPipeline() {
        List<Secret> kept = List.copyOf(fresh);
        fresh = new ArrayList<>();
        places = new HashMap<>();
        return kept;
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    List<Violation> notes() {
        return List.copyOf(notes);
    }

    private Doc.@Nullable Place placeOf(String modelPointer) {
        String pointer = modelPointer;
        while (true) {
            Doc.Place place = places.get(pointer);
            if (place != null || pointer.isEmpty()) {
                return place;
            }
            pointer = pointer.substring(0, pointer.lastIndexOf('/'));
        }
    }

    private void add(Violation violation) {
        if (violations.size() < MAX_VIOLATIONS && !violations.contains(violation)) {
            violations.add(violation);
        }
    }
}

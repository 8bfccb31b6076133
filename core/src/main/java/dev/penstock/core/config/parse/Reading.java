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
        Doc.Place place = Places.of(places, found.pointer());
        if (place == null) {
            add(found);
        } else if (!reported.contains(place.pointer())) {
            add(new Violation(place.pointer(), found.code(), found.message(), place.line(), place.column()));
        }
    }

    void note(Doc.Place place, String code, String message) {
        notes.add(new Violation(place.pointer(), code, message, place.line(), place.column()));
    }

    /** Something to know about a part of the model, told at its place in the text. */
    void note(Violation found) {
        Doc.Place place = Places.of(places, found.pointer());
        if (place != null && notes.size() < MAX_VIOLATIONS) {
            note(place, found.code(), found.message());
        }
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

    /** The secrets of the pipeline that was just read; then forgets them. */
    List<Secret> takeSecrets() {
        List<Secret> kept = List.copyOf(fresh);
        fresh = new ArrayList<>();
        return kept;
    }

    /** Where the parts of the pipeline that was just read stand; then forgets them. */
    Places takePlaces() {
        var taken = new Places(places);
        places = new HashMap<>();
        return taken;
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    List<Violation> notes() {
        return List.copyOf(notes);
    }

    private void add(Violation violation) {
        if (violations.size() < MAX_VIOLATIONS && !violations.contains(violation)) {
            violations.add(violation);
        }
    }
}

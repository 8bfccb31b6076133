package dev.penstock.core.config.parse;

import dev.penstock.core.config.parse.Doc.Entry;
import dev.penstock.core.config.parse.Doc.Scalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A mapping that is being rewritten: keys are taken out of the old one and put into the new one under other names. */
final class Form {
    private final Reading reading;
    private final Doc doc;
    private final Map<String, Entry> left = new LinkedHashMap<>();
    private final Map<String, Entry> result = new LinkedHashMap<>();
    private final TreeSet<String> known = new TreeSet<>();

    Form(Reading reading, Doc doc) {
        this.reading = reading;
        this.doc = doc;
        if (doc instanceof Doc.Mapping mapping) {
            left.putAll(mapping.entries());
        } else if (!doc.isNull()) {
            reading.wrong(doc.place(), "wrong_type", "Expected a mapping of names to values here");
        }
    }

    boolean has(String name) {
        Entry entry = left.get(name);
        return entry != null && !entry.value().isNull();
    }

    /** Takes a value out. */
    @Nullable
    Doc take(String name) {
        Entry entry = takeEntry(name);
        return entry == null || entry.value().isNull() ? null : entry.value();
    }

    @Nullable
    Entry takeEntry(String name) {
        known.add(name);
        return left.remove(name);
    }

    void put(String name, Doc value) {
        result.put(name, new Entry(value.place(), value));
    }

    /** Keeps keys under their names. */
    void copy(String... names) {
        for (String name : names) {
            move(name, name, value -> value);
        }
    }

    /** Keeps a key under another name and its value in another shape. */
    void move(String from, String to, UnaryOperator<Doc> shape) {
        Entry entry = takeEntry(from);
        if (entry != null && !entry.value().isNull()) {
            result.put(to, new Entry(entry.key(), shape.apply(entry.value())));
        }
    }

    /** What is left of the old mapping, which then counts as known. */
    Map<String, Entry> rest() {
        Map<String, Entry> rest = new LinkedHashMap<>(left);
        left.clear();
        return rest;
    }

    /** The new mapping; keys of the old one that nobody took are mistakes. */
    Doc close() {
        left.forEach((name, entry) -> reading.wrong(
                entry.key(),
                "unknown_key",
                "\"" + name + "\" is not known here; known are: " + String.join(", ", known)));
        return new Doc.Mapping(doc.place(), result);
    }

    static Scalar text(Doc.Place place, String text) {
        return new Scalar(place, text, Scalar.Kind.WORDS);
    }

    /** A map of names, as a list. */
    static Doc named(Reading reading, Doc doc, String what, BiFunction<String, Entry, Doc> item) {
        if (!(doc instanceof Doc.Mapping mapping)) {
            reading.wrong(doc.place(), "wrong_type", "\"" + what + "\" must be a mapping of names to values");
            return new Doc.Sequence(doc.place(), List.of());
        }
        List<Doc> items = new ArrayList<>();
        mapping.entries().forEach((name, entry) -> items.add(item.apply(name, entry)));
        return new Doc.Sequence(doc.place(), items);
    }
}

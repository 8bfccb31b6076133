package dev.penstock.core.config.parse;

import dev.penstock.core.config.model.Pointers;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields of one mapping, each asked for once; {@link #close} reports those that nobody asked for. */
final class Fields {
    private static final Set<String> YES = Set.of("y", "yes", "true", "on");
    private static final Set<String> NO = Set.of("n", "no", "false", "off");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,9}");

    private final Reading reading;
    private final Doc.Place place;
    private final String model;
    private final Map<String, Doc.Entry> entries;
    private final Set<String> asked = new HashSet<>();

    /**
     * @param model the pointer of what the mapping becomes in the model
     */
    Fields(Reading reading, Doc doc, String model) {
        this.reading = reading;
        this.place = doc.place();
        this.model = model;
        reading.became(doc.place(), model);
        if (doc instanceof Doc.Mapping mapping) {
            this.entries = mapping.entries();
        } else {
            this.entries = Map.of();
            reading.wrong(doc.place(), "wrong_type", "Expected a mapping of names to values here");
        }
    }

    boolean has(String name) {
        Doc.Entry entry = entries.get(name);
        return entry != null && !entry.value().isNull();
    }

    /** What the name stands for; empty when it is absent or null. */
    Optional<Doc> doc(String name) {
        asked.add(name);
        Doc.Entry entry = entries.get(name);
        if (entry == null) {
            return Optional.empty();
        }
        reading.became(entry.value().place(), Pointers.step(model, name));
        return entry.value().isNull() ? Optional.empty() : Optional.of(entry.value());
    }

    String required(String name) {
        String text = optional(name);
        if (text == null) {
            if (!has(name)) {
                reading.wrong(place, "required", "\"" + name + "\" is missing");
            }
            return "";
        }
        return text;
    }

    String text(String name, String otherwise) {
        String text = optional(name);
        return text == null ? otherwise : text;
    }

    @Nullable
    String optional(String name) {
        Doc doc = doc(name).orElse(null);
        return doc == null ? null : text(reading, doc, name);
    }

    boolean flag(String name, boolean otherwise) {
        Doc doc = doc(name).orElse(null);
        if (doc == null) {
            return otherwise;
        }
        if (doc instanceof Doc.Scalar(var _, var text, var kind) && text != null && kind != Doc.Scalar.Kind.STRING) {
            String word = text.toLowerCase(Locale.ROOT);
            if (YES.contains(word) || NO.contains(word)) {
                return YES.contains(word);
            }
        }
        reading.wrong(doc.place(), "wrong_type", "\"" + name + "\" must be true or false");
        return otherwise;
    }

    @Nullable
    Integer number(String name) {
        Doc doc = doc(name).orElse(null);
        if (doc == null) {
            return null;
        }
        if (doc instanceof Doc.Scalar(var _, var text, var kind)
                && text != null
                && kind != Doc.Scalar.Kind.STRING
                && WHOLE_NUMBER.matcher(text).matches()) {
            return Integer.valueOf(text);
        }
        reading.wrong(doc.place(), "wrong_type", "\"" + name + "\" must be a whole number");
        return null;
    }

    int number(String name, int otherwise) {
        Integer number = number(name);
        return number == null ? otherwise : number;
    }

    /** A value that is one of an enum's names, which are written in lower case and read in any. */
    <E extends Enum<E>> E choice(String name, Class<E> type, E otherwise) {
        Doc doc = doc(name).orElse(null);
        return doc == null ? otherwise : choice(reading, doc, name, type, otherwise);
    }

    static <E extends Enum<E>> E choice(Reading reading, Doc doc, String name, Class<E> type, E otherwise) {
        String text = doc instanceof Doc.Scalar scalar && scalar.text() != null ? scalar.text() : "";
        for (E value : EnumSet.allOf(type)) {
            if (value.name().equals(text.toUpperCase(Locale.ROOT))) {
                return value;
            }
        }
        String known = EnumSet.allOf(type).stream()
                .map(value -> "\"" + value.name().toLowerCase(Locale.ROOT) + "\"")
                .collect(Collectors.joining(", "));
        reading.wrong(doc.place(), "unknown_value", "\"" + name + "\" must be one of " + known);
        return otherwise;
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        items(name, (doc, pointer) -> {
            reading.became(doc.place(), pointer);
            String text = text(reading, doc, name);
            if (text != null) {
                texts.add(text);
            }
        });
        return texts;
    }

    /** Calls for each item of a list with the pointer of what it becomes. */
    void items(String name, ItemReader reader) {
        Doc doc = doc(name).orElse(null);
        if (doc instanceof Doc.Sequence sequence) {
            String pointer = Pointers.step(model, name);
            for (int i = 0; i < sequence.items().size(); i++) {
                reader.read(sequence.items().get(i), Pointers.step(pointer, i));
            }
        } else if (doc != null) {
            reading.wrong(doc.place(), "wrong_type", "\"" + name + "\" must be a list");
        }
    }

    /** Reads one item of a list. */
    interface ItemReader {
        void read(Doc doc, String modelPointer);
    }

    /** Reports fields that nobody asked for. */
    void close() {
        entries.forEach((name, entry) -> {
            if (!asked.contains(name)) {
                String known = asked.stream().sorted().collect(Collectors.joining(", "));
                reading.wrong(entry.key(), "unknown_key", "\"" + name + "\" is not known here; known are: " + known);
            }
        });
    }

    static @Nullable String text(Reading reading, Doc doc, String name) {
        if (doc instanceof Doc.Scalar(var _, var text, var kind)
                && (kind == Doc.Scalar.Kind.STRING || kind == Doc.Scalar.Kind.WORDS)) {
            return text;
        }
        reading.wrong(doc.place(), "wrong_type", "\"" + name + "\" must be a text");
        return null;
    }
}

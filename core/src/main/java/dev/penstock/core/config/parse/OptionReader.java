package dev.penstock.core.config.parse;

import dev.penstock.core.config.model.Pointers;
import dev.penstock.core.config.parse.Doc.Scalar;
import dev.penstock.core.secret.SecretRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options of tasks, materials and external artifacts: values whose meaning the type knows. */
final class OptionReader {
    private final Reading reading;

    private OptionReader(Reading reading) {
        this.reading = reading;
    }

    /**
     * Reads the mapping at a field; absent is the empty one.
     *
     * @param owner the pointer of what has the options
     */
    static Map<String, Object> read(Reading reading, Fields fields, String name, String owner) {
        Doc doc = fields.doc(name).orElse(null);
        if (doc == null) {
            return Map.of();
        }
        if (!(doc instanceof Doc.Mapping mapping)) {
            reading.wrong(doc.place(), "wrong_type", "\"" + name + "\" must be a mapping of names to values");
            return Map.of();
        }
        return new OptionReader(reading).options(mapping, Pointers.step(owner, name));
    }

    /** A reference that a person wrote. */
    static SecretRef ref(Reading reading, Doc.Place place, int ref) {
        if (ref <= 0) {
            reading.wrong(place, "unknown_secret", "\"secret_ref\" must be one that the server gave");
            return reading.keep("");
        }
        return new SecretRef(ref);
    }

    private Map<String, Object> options(Doc.Mapping mapping, String pointer) {
        Map<String, Object> options = new LinkedHashMap<>();
        mapping.entries().forEach((name, entry) -> {
            reading.became(entry.value().place(), Pointers.step(pointer, name));
            Object value = value(entry.value(), name);
            if (value != null) {
                options.put(name, value);
            }
        });
        return options;
    }

    private @Nullable Object value(Doc doc, String name) {
        return switch (doc) {
            case Scalar scalar -> scalar(scalar, name);
            case Doc.Sequence sequence -> texts(sequence, name);
            case Doc.Mapping mapping when mapping.entries().containsKey("secret_ref") -> secretRef(mapping);
            case Doc.Mapping mapping when mapping.entries().containsKey("secure_value") -> secureValue(mapping);
            case Doc.Mapping mapping -> map(mapping, name);
        };
    }

    private @Nullable Object scalar(Scalar scalar, String name) {
        String text = scalar.text();
        if (text == null) {
            return null;
        }
        return switch (scalar.kind()) {
            case BOOLEAN -> Boolean.valueOf(text);
            case NUMBER -> number(scalar, text, name);
            case STRING, WORDS, NULL -> text;
        };
    }

    private Object number(Scalar scalar, String text, String name) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException _) {
            reading.wrong(scalar.place(), "wrong_type", "\"" + name + "\" must be a whole number");
            return 0L;
        }
    }

    private List<String> texts(Doc.Sequence sequence, String name) {
        List<String> texts = new ArrayList<>();
        for (Doc item : sequence.items()) {
            String text = item.isNull() ? null : Fields.text(reading, item, name);
            texts.add(text == null ? "" : text);
        }
        return texts;
    }

    private Map<String, String> map(Doc.Mapping mapping, String name) {
        Map<String, String> map = new LinkedHashMap<>();
        mapping.entries().forEach((key, entry) -> {
            String text = entry.value().isNull() ? null : Fields.text(reading, entry.value(), name + "." + key);
            map.put(key, text == null ? "" : text);
        });
        return map;
    }

    private Object secretRef(Doc.Mapping mapping) {
        var fields = new Fields(reading, mapping, mapping.place().pointer());
        Integer ref = fields.number("secret_ref");
        fields.close();
        return ref == null ? reading.keep("") : ref(reading, mapping.place(), ref);
    }

    private Object secureValue(Doc.Mapping mapping) {
        var fields = new Fields(reading, mapping, mapping.place().pointer());
        SecretRef ref = reading.keep(fields.required("secure_value"));
        fields.close();
        return ref;
    }
}

package dev.penstock.pluginhost;

import dev.penstock.plugin.Secret;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One reading of raw values by described options; collects every mistake. Used once, by one thread. */
final class ValueReader {
    /** The limits that {@link OptionKind} promises. */
    private static final int LONGEST_LINE = 8_192;

    private static final int LONGEST_TEXT = 256 * 1024;
    private static final int MOST_ENTRIES = 1_000;
    /** Beyond this a JSON number is not exact. */
    private static final BigDecimal LARGEST_NUMBER = BigDecimal.valueOf(1L << 53);
    /** A name that is further away than this is not what was meant. */
    private static final int FARTHEST_NAME = 3;

    private final Map<String, Option> options = new LinkedHashMap<>();
    private final Map<String, ?> raw;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final List<Violation> violations = new ArrayList<>();

    /** A read LIST. */
    record Entries(List<String> entries) {
        @Override
        public String toString() {
            return entries.toString();
        }
    }

    /** A read MAP. */
    record Names(Map<String, String> names) {
        @Override
        public String toString() {
            return names.toString();
        }
    }

    ValueReader(List<Option> options, Map<String, ?> raw) {
        options.forEach(option -> this.options.put(option.name(), option));
        this.raw = raw;
    }

    DescribedValues.Reading read() {
        for (Option option : options.values()) {
            Object given = raw.get(option.name());
            if (isAbsent(given) && option.defaultValue().isPresent()) {
                given = defaultOf(option, option.defaultValue().get());
            }
            if (given == null || isAbsent(given)) {
                if (option.isRequired()) {
                    wrong(option.name(), "Option \"" + option.name() + "\" is required");
                }
            } else {
                read(option, given);
            }
        }
        for (String name : raw.keySet()) {
            if (!options.containsKey(name)) {
                wrong(name, "There is no option \"" + name + "\"" + suggestion(name));
            }
        }
        return new DescribedValues.Reading(DescribedValues.of(options, values), violations);
    }

    private static boolean isAbsent(@Nullable Object given) {
        return given == null || (given instanceof String text && text.isBlank());
    }

    /** A default is text; of a LIST it is one entry per line, of a MAP one {@code name=value} per line. */
    private static Object defaultOf(Option option, String text) {
        return switch (option.kind()) {
            case LIST -> text.lines().toList();
            case MAP -> {
                var map = new LinkedHashMap<String, String>();
                text.lines()
                        .map(line -> line.split("=", 2))
                        .forEach(pair -> map.put(pair[0], pair.length > 1 ? pair[1] : ""));
                yield map;
            }
            case TEXT, SECRET, NUMBER, BOOLEAN, CHOICE, MULTILINE -> text;
        };
    }

    private void read(Option option, Object given) {
        String name = option.name();
        switch (option.kind()) {
            case TEXT -> line(name, given).ifPresent(text -> values.put(name, text));
            case MULTILINE -> scalar(name, given, LONGEST_TEXT).ifPresent(text -> values.put(name, text));
            case SECRET -> {
                if (given instanceof Secret secret) {
                    values.put(name, secret);
                } else {
                    // Keys have many lines. The value itself must not get into a message.
                    scalar(name, given, LONGEST_TEXT).ifPresent(text -> values.put(name, new Secret(text)));
                }
            }
            case NUMBER -> number(name, given);
            case BOOLEAN -> flag(name, given);
            case CHOICE -> line(name, given).ifPresent(text -> choice(option, text));
            case LIST -> list(name, given);
            case MAP -> map(name, given);
        }
    }

    private void number(String name, Object given) {
        try {
            var number = new BigDecimal(given.toString().strip());
            if (!(given instanceof Number || given instanceof String)
                    || number.precision() - number.scale() > 17
                    || number.abs().compareTo(LARGEST_NUMBER) > 0) {
                throw new ArithmeticException("out of range");
            }
            values.put(name, number.longValueExact());
        } catch (ArithmeticException | NumberFormatException _) {
            wrong(name, "Option \"" + name + "\" must be a whole number, not " + shown(given));
        }
    }

    private void flag(String name, Object given) {
        switch (given) {
            case Boolean flag -> values.put(name, flag);
            case String text when text.strip().equals("true") -> values.put(name, true);
            case String text when text.strip().equals("false") -> values.put(name, false);
            default -> wrong(name, "Option \"" + name + "\" must be true or false, not " + shown(given));
        }
    }

    private void choice(Option option, String text) {
        if (option.choices().contains(text)) {
            values.put(option.name(), text);
        } else {
            wrong(
                    option.name(),
                    "Option \"" + option.name() + "\" must be one of " + option.choices() + ", not " + shown(text));
        }
    }

    private void list(String name, Object given) {
        if (!(given instanceof List<?> entries)) {
            wrong(name, "Option \"" + name + "\" must be a list of texts, not " + shown(given));
            return;
        }
        if (tooMany(name, entries.size())) {
            return;
        }
        var read = new ArrayList<String>();
        for (int i = 0; i < entries.size(); i++) {
            line(name + "." + i, entries.get(i)).ifPresent(read::add);
        }
        values.put(name, new Entries(List.copyOf(read)));
    }

    private void map(String name, Object given) {
        if (!(given instanceof Map<?, ?> entries)) {
            wrong(name, "Option \"" + name + "\" must be names with values, not " + shown(given));
            return;
        }
        if (tooMany(name, entries.size())) {
            return;
        }
        var read = new LinkedHashMap<String, String>();
        entries.forEach(
                (key, value) -> line(name + "." + key, value).ifPresent(text -> read.put(String.valueOf(key), text)));
        values.put(name, new Names(Collections.unmodifiableMap(read)));
    }

    private boolean tooMany(String name, int size) {
        if (size > MOST_ENTRIES) {
            wrong(name, "Option \"" + name + "\" has " + size + " entries; at most " + MOST_ENTRIES + " are possible");
        }
        return size > MOST_ENTRIES;
    }

    private Optional<String> line(String path, @Nullable Object given) {
        Optional<String> text = scalar(path, given, LONGEST_LINE);
        if (text.isPresent() && text.get().chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
            wrong(path, "Option \"" + path + "\" must be a single line");
            return Optional.empty();
        }
        return text;
    }

    private Optional<String> scalar(String path, @Nullable Object given, int longest) {
        if (!(given instanceof String || given instanceof Number || given instanceof Boolean)) {
            wrong(path, "Option \"" + path + "\" must be a text, not " + shown(given));
            return Optional.empty();
        }
        String text = given instanceof BigDecimal number ? number.toPlainString() : given.toString();
        if (text.length() > longest) {
            wrong(
                    path,
                    "Option \"" + path + "\" has " + text.length() + " characters; at most " + longest
                            + " are possible");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private void wrong(String path, String message) {
        violations.add(new Violation(path, message));
    }

    /** A value in a message; lists and maps by kind only, because they may hold secrets that were put in the wrong place. */
    private static String shown(@Nullable Object given) {
        return switch (given) {
            case null -> "nothing";
            case List<?> _ -> "a list";
            case Map<?, ?> _ -> "names with values";
            case Secret _ -> "a secret";
            default -> {
                String text = given.toString();
                yield "\"" + (text.length() <= 100 ? text : text.substring(0, 99) + "…") + "\"";
            }
        };
    }

    private String suggestion(String name) {
        String nearest = null;
        int best = FARTHEST_NAME + 1;
        for (String known : options.keySet()) {
            int distance = distance(name, known);
            if (distance < best && distance < known.length()) {
                nearest = known;
                best = distance;
            }
        }
        if (nearest != null) {
            return "; did you mean \"" + nearest + "\"?";
        }
        return options.isEmpty() ? "; this type has no options" : "; there are " + String.join(", ", options.keySet());
    }

    /** Levenshtein's distance, by one row; names longer than any option's are far from all. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > FARTHEST_NAME) {
            return Integer.MAX_VALUE;
        }
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(Math.min(above, row[j - 1]) + 1, replaced);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}

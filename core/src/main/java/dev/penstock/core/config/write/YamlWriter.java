package dev.penstock.core.config.write;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Maps, lists and scalars as YAML in block style. Texts of several lines stand as they are; what any reader of YAML 1.1
 * or 1.2 might take for something else is quoted. (The library's own writer leaves some line breaks of Unicode bare.)
 */
final class YamlWriter {
    /** YAML 1.1 knows more of these than 1.2, and GoCD's plugin reads 1.1. */
    private static final Set<String> WORDS = Set.of("y", "yes", "n", "no", "true", "false", "on", "off", "null");

    /** Begins with a letter, so that it is no number and no sign of YAML's own. */
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z_/$][A-Za-z0-9\\p{L}\\p{M}_./$(){}\\[\\]@=+,;^~&*!%\\\\\"'<>|?: #-]*");

    /** Readers look no further than 1,024 characters for the colon of a key. */
    private static final int MAX_SIMPLE_KEY_CHARS = 1_000;

    private static final String STEP = "  ";

    private final StringBuilder out = new StringBuilder();

    private YamlWriter() {}

    static String write(Map<String, Object> file) {
        var writer = new YamlWriter();
        writer.entries(file, "");
        return writer.out.toString();
    }

    private void entries(Map<?, ?> map, String indent) {
        boolean first = true;
        for (var entry : map.entrySet()) {
            if (!first) {
                out.append(indent);
            }
            first = false;
            String key = word(entry.getKey().toString());
            if (key.length() > MAX_SIMPLE_KEY_CHARS) {
                out.append("? ").append(key).append('\n').append(indent);
            } else {
                out.append(key);
            }
            out.append(':');
            value(entry.getValue(), indent);
        }
    }

    /** What comes after a colon: on the same line when it is one word, below it otherwise. */
    private void value(Object value, String indent) {
        if (isEmpty(value) || !(value instanceof Map || value instanceof List)) {
            out.append(' ');
            scalar(value, indent);
            return;
        }
        String deeper = indent + STEP;
        out.append('\n').append(deeper);
        if (value instanceof Map<?, ?> map) {
            entries(map, deeper);
        } else if (value instanceof List<?> list) {
            items(list, deeper);
        }
    }

    private void items(List<?> list, String indent) {
        boolean first = true;
        for (Object item : list) {
            if (!first) {
                out.append(indent);
            }
            first = false;
            out.append("- ");
            if (item instanceof Map<?, ?> map && !map.isEmpty()) {
                entries(map, indent + STEP);
            } else {
                scalar(item, indent);
            }
        }
    }

    private static boolean isEmpty(Object value) {
        return (value instanceof Map<?, ?> map && map.isEmpty()) || (value instanceof List<?> list && list.isEmpty());
    }

    private void scalar(Object value, String indent) {
        switch (value) {
            case String text when isBlock(text) -> block(text, indent + STEP);
            case String text -> out.append(word(text)).append('\n');
            case Map<?, ?> _ -> out.append("{}\n");
            case List<?> _ -> out.append("[]\n");
            default -> out.append(value).append('\n');
        }
    }

    /** Several lines that can stand as they are: nothing invisible in them, and an indent that shows by itself. */
    private static boolean isBlock(String text) {
        return text.indexOf('\n') > 0
                && !Character.isWhitespace(text.charAt(0))
                && text.chars().allMatch(c -> c == '\n' || c == '\t' || isVisible(c));
    }

    private void block(String text, String indent) {
        boolean ends = text.endsWith("\n");
        out.append(!ends ? "|-" : text.endsWith("\n\n") ? "|+" : "|").append('\n');
        String lines = ends ? text.substring(0, text.length() - 1) : text;
        for (String line : lines.split("\n", -1)) {
            out.append(line.isEmpty() ? "" : indent).append(line).append('\n');
        }
    }

    private static String word(String text) {
        boolean plain = PLAIN.matcher(text).matches()
                && !WORDS.contains(text.toLowerCase(Locale.ROOT))
                && !text.contains(": ")
                && !text.contains(" #")
                && !text.endsWith(":")
                && !text.endsWith(" ");
        return plain ? text : quoted(text);
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (isVisible(c)) {
                        quoted.append(c);
                    } else {
                        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    /** A character that readers take and people see; halves of pairs pass, because no text has one alone. */
    private static boolean isVisible(int c) {
        return (c >= 0x20 && c < 0x7F)
                || (c > 0xA0 && c != 0x2028 && c != 0x2029 && c != 0xFEFF && c != 0xFFFE && c != 0xFFFF);
    }
}

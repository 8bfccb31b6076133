package dev.penstock.core.config.model;

import dev.penstock.core.platform.error.Violation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Replaces {@code #{name}} by a parameter's value, and {@code ##} by one {@code #}. Any other {@code #} is itself: scripts
 * are full of them. Values are not looked at again.
 */
public final class Parameters {
    /** Of one text that parameters were put into: as many as a script may have. */
    private static final int MAX_TEXT_CHARS = 1 << 18;

    /** Of all of them together, so that a long value in many places cannot fill the memory. */
    private static final int MAX_ALL_CHARS = 4 << 20;

    private final Map<String, String> values = new HashMap<>();
    private final List<Violation> violations;
    private int chars;

    private Parameters(Map<String, String> parameters, List<Violation> violations) {
        parameters.forEach((name, value) -> values.put(Names.key(name), value));
        this.violations = violations;
    }

    /** The definition without parameters in its texts; mistakes are added to {@code violations} and their text stays. */
    public static PipelineDefinition resolve(PipelineDefinition definition, List<Violation> violations) {
        var parameters = new Parameters(definition.parameters(), violations);
        return new Rewriting(parameters::replace, (_, ref) -> ref).of(definition);
    }

    /** Whether a text refers to a parameter, so that what it will be is not known yet. */
    public static boolean isIn(String text) {
        return text.contains("#{");
    }

    private String replace(String pointer, String text) {
        if (text.indexOf('#') < 0) {
            return text;
        }
        var result = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '#' && text.startsWith("##", i)) {
                result.append('#');
                i += 2;
            } else if (c == '#' && text.startsWith("#{", i)) {
                int end = text.indexOf('}', i);
                if (end < 0) {
                    wrong(pointer, "\"#{\" has no \"}\"; write \"##{\" for the text \"#{\" itself");
                    return text;
                }
                String value = value(pointer, text.substring(i + 2, end));
                chars += value.length();
                if (chars > MAX_ALL_CHARS || result.length() + value.length() > MAX_TEXT_CHARS) {
                    violations.add(Violation.at(
                            pointer,
                            "too_large",
                            "With the values of its parameters the text is longer than 256 Ki characters, or the"
                                    + " pipeline longer than 4 Mi"));
                    return text;
                }
                result.append(value);
                i = end + 1;
            } else {
                result.append(c);
                i++;
            }
        }
        return result.toString();
    }

    private String value(String pointer, String name) {
        String value = values.get(Names.key(name));
        if (value != null) {
            return value;
        }
        wrong(
                pointer,
                name.isBlank()
                        ? "\"#{}\" names no parameter; write \"##{}\" for the text itself"
                        : "There is no parameter \"" + name + "\"; define it, or write \"##{" + name
                                + "}\" for the text itself");
        return "#{" + name + "}";
    }

    private void wrong(String pointer, String message) {
        violations.add(Violation.at(pointer, "unknown_parameter", message));
    }
}

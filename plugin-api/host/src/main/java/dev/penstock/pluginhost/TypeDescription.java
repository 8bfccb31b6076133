package dev.penstock.pluginhost;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a type says about itself, asked once and checked. */
record TypeDescription(String id, Text label, List<Option> options) {
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    /** A form with more fields than this is a mistake. */
    private static final int MOST_OPTIONS = 200;
    /** One line in a list or a console. */
    private static final int LONGEST_LINE = 1_000;
    /** A person repairs no more mistakes than this at once. */
    private static final int MOST_VIOLATIONS = 100;

    TypeDescription {
        if (id == null || !ID.matcher(id).matches()) {
            throw new IllegalArgumentException("the type id \"" + id + "\" is not of the form " + ID.pattern());
        }
        if (label == null || options == null) {
            throw new IllegalArgumentException("type \"" + id + "\" has no label or no list of options");
        }
        options = List.copyOf(options);
        if (options.size() > MOST_OPTIONS) {
            throw new IllegalArgumentException(
                    "type \"" + id + "\" has " + options.size() + " options, more than " + MOST_OPTIONS);
        }
        var names = new HashSet<String>();
        for (Option option : options) {
            if (!names.add(option.name())) {
                throw new IllegalArgumentException(
                        "type \"" + id + "\" describes the option \"" + option.name() + "\" twice");
            }
        }
    }

    /** A plugin's line, cut to a length that is fit to be shown, without line breaks. */
    static String line(@Nullable String text) {
        if (text == null) {
            throw new IllegalStateException("null instead of a line of text");
        }
        // Cut first: a plugin may return any amount of text.
        String start = text.length() <= LONGEST_LINE ? text : text.substring(0, LONGEST_LINE - 1) + "…";
        return start.replaceAll("[\\r\\n]+", " ");
    }

    static List<Violation> capped(@Nullable List<Violation> violations) {
        if (violations == null) {
            throw new IllegalStateException("null instead of a list of violations");
        }
        return violations.stream().limit(MOST_VIOLATIONS).toList();
    }
}

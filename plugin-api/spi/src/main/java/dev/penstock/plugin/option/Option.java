package dev.penstock.plugin.option;

import dev.penstock.plugin.Text;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One option of a task type or material type: its name in definitions, and what a form needs to ask for it. Immutable:
 * each method returns a new option.
 *
 * <p>Names are snake_case as in GoCD's YAML definitions ({@code build_file}), so that existing files work.
 */
public final class Option {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    private final String name;
    private final OptionKind kind;
    private final Text label;
    private final @Nullable Text help;
    private final boolean required;
    private final boolean identity;
    private final @Nullable String defaultValue;
    private final List<String> choices;
    private final @Nullable String placeholder;

    private Option(
            String name,
            OptionKind kind,
            Text label,
            @Nullable Text help,
            boolean required,
            boolean identity,
            @Nullable String defaultValue,
            List<String> choices,
            @Nullable String placeholder) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Not an option name: \"" + name + "\"; use " + NAME.pattern());
        }
        this.name = name;
        this.kind = kind;
        this.label = label;
        this.help = help;
        this.required = required;
        this.identity = identity;
        this.defaultValue = defaultValue;
        this.choices = List.copyOf(choices);
        this.placeholder = placeholder;
    }

    /** An option of any kind but {@link OptionKind#CHOICE}. */
    public static Option of(String name, OptionKind kind, Text label) {
        return new Option(name, kind, label, null, false, false, null, List.of(), null);
    }

    /** An option whose value is one of {@code choices}. */
    public static Option choice(String name, Text label, List<String> choices) {
        return new Option(name, OptionKind.CHOICE, label, null, false, false, null, choices, null);
    }

    /** Adds a sentence that helps to fill the field in. */
    public Option withHelp(Text help) {
        return new Option(name, kind, label, help, required, identity, defaultValue, choices, placeholder);
    }

    /** Demands a value. */
    public Option asRequired() {
        return new Option(name, kind, label, help, true, identity, defaultValue, choices, placeholder);
    }

    /** Makes the value part of what a material is: two materials with equal identity are polled once. */
    public Option asIdentity() {
        return new Option(name, kind, label, help, required, true, defaultValue, choices, placeholder);
    }

    /** Gives the value that holds when none is given, as text ({@code "true"}, {@code "10"}). */
    public Option withDefault(String value) {
        return new Option(name, kind, label, help, required, identity, value, choices, placeholder);
    }

    /** Gives an example that a form shows in the empty field. */
    public Option withPlaceholder(String example) {
        return new Option(name, kind, label, help, required, identity, defaultValue, choices, example);
    }

    public String name() {
        return name;
    }

    public OptionKind kind() {
        return kind;
    }

    public Text label() {
        return label;
    }

    public Optional<Text> help() {
        return Optional.ofNullable(help);
    }

    public boolean isRequired() {
        return required;
    }

    public boolean isIdentity() {
        return identity;
    }

    public Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    public List<String> choices() {
        return choices;
    }

    public Optional<String> placeholder() {
        return Optional.ofNullable(placeholder);
    }

    @Override
    public String toString() {
        return name + ":" + kind;
    }
}

package dev.penstock.pluginhost;

import dev.penstock.plugin.Secret;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import dev.penstock.plugin.option.OptionValues;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Values read by the options of a type; made by {@link #read}. Immutable. */
public final class DescribedValues implements OptionValues {
    private final Map<String, Option> options;
    private final Map<String, Object> values;

    /**
     * What reading gave.
     *
     * @param values those that are right, with defaults; usable for display even when there are violations
     * @param violations in the order of the options, unknown names last
     */
    public record Reading(DescribedValues values, List<Violation> violations) {
        public Reading {
            violations = List.copyOf(violations);
        }
    }

    private DescribedValues(Map<String, Option> options, Map<String, Object> values) {
        this.options = options;
        this.values = values;
    }

    /**
     * Reads raw values, as JSON or YAML gave them: strings, numbers, booleans, lists, maps, and {@link Secret}.
     *
     * <p>A scalar stands for the text that it would be written as, so that {@code version: 1.0} is a text, and
     * {@code "true"} and {@code "10"} are taken for a flag and a number. Null is as good as absent.
     */
    public static Reading read(List<Option> options, Map<String, ?> raw) {
        return new ValueReader(options, raw).read();
    }

    static DescribedValues of(Map<String, Option> options, Map<String, Object> values) {
        return new DescribedValues(
                Collections.unmodifiableMap(new LinkedHashMap<>(options)),
                Collections.unmodifiableMap(new LinkedHashMap<>(values)));
    }

    @Override
    public Optional<String> text(String name) {
        return Optional.ofNullable((String) value(name, OptionKind.TEXT, OptionKind.CHOICE, OptionKind.MULTILINE))
                .filter(text -> !text.isBlank());
    }

    @Override
    public Optional<Secret> secret(String name) {
        return Optional.ofNullable((Secret) value(name, OptionKind.SECRET));
    }

    @Override
    public boolean flag(String name) {
        return Boolean.TRUE.equals(value(name, OptionKind.BOOLEAN));
    }

    @Override
    public OptionalLong number(String name) {
        return value(name, OptionKind.NUMBER) instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
    }

    @Override
    public List<String> list(String name) {
        return value(name, OptionKind.LIST) instanceof ValueReader.Entries(var entries) ? entries : List.of();
    }

    @Override
    public Map<String, String> map(String name) {
        return value(name, OptionKind.MAP) instanceof ValueReader.Names(var names) ? names : Map.of();
    }

    private @Nullable Object value(String name, OptionKind... kinds) {
        Option option = options.get(name);
        if (option == null) {
            throw new IllegalArgumentException("No option \"" + name + "\" was described");
        }
        if (!List.of(kinds).contains(option.kind())) {
            throw new IllegalArgumentException(
                    "Option \"" + name + "\" is a " + option.kind() + ", not a " + List.of(kinds));
        }
        return values.get(name);
    }

    /** Names and values, secrets as {@code ***}. */
    @Override
    public String toString() {
        return values.toString();
    }
}

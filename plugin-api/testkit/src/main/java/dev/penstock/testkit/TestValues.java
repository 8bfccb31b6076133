package dev.penstock.testkit;

import dev.penstock.plugin.Secret;
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

/**
 * Values for described options, as the host would read them from a definition: defaults filled in, and a mistake in a name
 * or a kind told at once. Immutable.
 *
 * <pre>{@code
 * OptionValues values = TestValues.of(new AntTask().options()).with("target", "clean run");
 * }</pre>
 */
public final class TestValues implements OptionValues {
    private final Map<String, Option> options;
    private final Map<String, Object> values;

    private TestValues(Map<String, Option> options, Map<String, Object> values) {
        this.options = Collections.unmodifiableMap(options);
        this.values = Collections.unmodifiableMap(values);
    }

    /** No values but the defaults. */
    public static TestValues of(List<Option> options) {
        var byName = new LinkedHashMap<String, Option>();
        options.forEach(option -> byName.put(option.name(), option));
        TestValues values = new TestValues(byName, Map.of());
        for (Option option : options) {
            if (option.defaultValue().isPresent()) {
                values = values.with(
                        option.name(), parsed(option, option.defaultValue().get()));
            }
        }
        return values;
    }

    /**
     * The same with one more value.
     *
     * @param value a string for TEXT, CHOICE, MULTILINE and SECRET, a number for NUMBER, a boolean for BOOLEAN, a list of
     *     strings for LIST, a map of strings for MAP
     * @throws IllegalArgumentException if there is no such option, or its value cannot be of that class
     */
    public TestValues with(String name, Object value) {
        Option option = option(name);
        Object kept = switch (option.kind()) {
            case TEXT, MULTILINE -> as(String.class, name, value);
            case CHOICE -> {
                String choice = as(String.class, name, value);
                if (!option.choices().contains(choice)) {
                    throw new IllegalArgumentException(
                            "\"" + choice + "\" is none of the choices of \"" + name + "\": " + option.choices());
                }
                yield choice;
            }
            case SECRET -> value instanceof Secret secret ? secret : new Secret(as(String.class, name, value));
            case NUMBER -> as(Number.class, name, value).longValue();
            case BOOLEAN -> as(Boolean.class, name, value);
            case LIST -> {
                List<?> entries = as(List.class, name, value);
                yield List.copyOf(entries);
            }
            case MAP -> {
                Map<?, ?> entries = as(Map.class, name, value);
                yield Collections.unmodifiableMap(new LinkedHashMap<>(entries));
            }
        };
        var more = new LinkedHashMap<>(values);
        more.put(name, kept);
        return new TestValues(new LinkedHashMap<>(options), more);
    }

    /** The same without a value, not even the default. */
    public TestValues without(String name) {
        option(name);
        var fewer = new LinkedHashMap<>(values);
        fewer.remove(name);
        return new TestValues(new LinkedHashMap<>(options), fewer);
    }

    private static Object parsed(Option option, String text) {
        return switch (option.kind()) {
            case TEXT, MULTILINE, CHOICE, SECRET -> text;
            case NUMBER -> Long.valueOf(text);
            case BOOLEAN -> Boolean.valueOf(text);
            case LIST -> text.lines().toList();
            case MAP -> {
                var map = new LinkedHashMap<String, String>();
                text.lines()
                        .map(line -> line.split("=", 2))
                        .forEach(pair -> map.put(pair[0], pair.length > 1 ? pair[1] : ""));
                yield map;
            }
        };
    }

    private static <T> T as(Class<T> type, String name, Object value) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("Option \"" + name + "\" takes a " + type.getSimpleName() + ", not "
                    + value.getClass().getSimpleName());
        }
        return type.cast(value);
    }

    private Option option(String name) {
        Option option = options.get(name);
        if (option == null) {
            throw new IllegalArgumentException(
                    "No option \"" + name + "\" was described; there are " + options.keySet());
        }
        return option;
    }

    private @Nullable Object value(String name, OptionKind... kinds) {
        Option option = option(name);
        if (!List.of(kinds).contains(option.kind())) {
            throw new IllegalArgumentException(
                    "Option \"" + name + "\" is a " + option.kind() + ", not a " + List.of(kinds));
        }
        return values.get(name);
    }

    @Override
    public Optional<String> text(String name) {
        return value(name, OptionKind.TEXT, OptionKind.CHOICE, OptionKind.MULTILINE) instanceof String text
                        && !text.isBlank()
                ? Optional.of(text)
                : Optional.empty();
    }

    @Override
    public Optional<Secret> secret(String name) {
        return value(name, OptionKind.SECRET) instanceof Secret secret ? Optional.of(secret) : Optional.empty();
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
        return value(name, OptionKind.LIST) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    @Override
    public Map<String, String> map(String name) {
        var map = new LinkedHashMap<String, String>();
        if (value(name, OptionKind.MAP) instanceof Map<?, ?> given) {
            given.forEach((key, each) -> map.put(String.valueOf(key), String.valueOf(each)));
        }
        return Collections.unmodifiableMap(map);
    }

    /** Names and values, secrets as {@code ***}. */
    @Override
    public String toString() {
        return values.toString();
    }
}

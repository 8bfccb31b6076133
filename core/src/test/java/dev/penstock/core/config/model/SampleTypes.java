package dev.penstock.core.config.model;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** Types as the bundled plugins describe theirs, with every kind of option among them. */
public final class SampleTypes implements TypeCatalog {
    private static final Map<String, DescribedType> TASKS = Map.of(
            "ant",
            type(
                    Option.of("build_file", OptionKind.TEXT, Text.of("Build file")),
                    Option.of("target", OptionKind.TEXT, Text.of("Target"))),
            "maven",
            type(
                    Option.of("goals", OptionKind.LIST, Text.of("Goals")).asRequired(),
                    Option.of("properties", OptionKind.MAP, Text.of("Properties")),
                    Option.of("batch", OptionKind.BOOLEAN, Text.of("Batch")).withDefault("true"),
                    Option.of("threads", OptionKind.NUMBER, Text.of("Threads")),
                    Option.of("password", OptionKind.SECRET, Text.of("Password")),
                    Option.choice("color", Text.of("Color"), List.of("always", "never"))),
            "script",
            type(
                    Option.of("script", OptionKind.MULTILINE, Text.of("Script")).asRequired(),
                    Option.of("interpreter", OptionKind.TEXT, Text.of("Interpreter"))),
            "odd",
            type(
                    Option.of("timeout", OptionKind.TEXT, Text.of("Has the name of a common key")),
                    Option.of("options", OptionKind.MAP, Text.of("So has this"))));

    private static final Map<String, DescribedType> MATERIALS = Map.of(
            "git",
            new Type(
                    List.of(
                            Option.of("url", OptionKind.TEXT, Text.of("URL")).asRequired(),
                            Option.of("branch", OptionKind.TEXT, Text.of("Branch")),
                            Option.of("shallow_clone", OptionKind.BOOLEAN, Text.of("Shallow")),
                            Option.of("username", OptionKind.TEXT, Text.of("User")),
                            Option.of("password", OptionKind.SECRET, Text.of("Password"))),
                    values -> "ftp://host".equals(values.get("url"))
                            ? List.of(new Violation("url", "The scheme \"ftp\" is not allowed"))
                            : List.of()),
            "feed",
            type(
                    Option.of("type", OptionKind.TEXT, Text.of("Has the name of a common key")),
                    Option.of("token", OptionKind.SECRET, Text.of("Token"))));

    private static DescribedType type(Option... options) {
        return new Type(List.of(options), _ -> List.of());
    }

    private record Type(List<Option> options, Function<Map<String, Object>, List<Violation>> check)
            implements DescribedType {
        @Override
        public Text label() {
            return Text.of("A type");
        }

        @Override
        public List<Violation> validate(Map<String, Object> values) {
            return check.apply(values);
        }
    }

    @Override
    public Optional<DescribedType> task(String id) {
        return Optional.ofNullable(TASKS.get(id));
    }

    @Override
    public Optional<DescribedType> material(String id) {
        return Optional.ofNullable(MATERIALS.get(id));
    }

    @Override
    public SortedSet<String> taskIds() {
        return new TreeSet<>(TASKS.keySet());
    }

    @Override
    public SortedSet<String> materialIds() {
        return new TreeSet<>(MATERIALS.keySet());
    }
}

package dev.penstock.pluginhost;

/** The Java of plugins. */
final class Sources {
    private Sources() {}

    /** A class and its text. */
    record Text(String name, String java) {}

    /** A task type; {@code run} is the body of its method, with {@code context} and {@code values}. */
    static Text task(String id, String run) {
        return task(id, run, "");
    }

    /** A task type with further members, which may replace {@code validate} and {@code summary}. */
    static Text task(String id, String run, String members) {
        String type = "Task" + Integer.toHexString((id + run + members).hashCode());
        String summary = members.contains(" summary(")
                ? ""
                : "public String summary(OptionValues values) { return \"runs " + id + "\"; }";
        String options = members.contains(" options(")
                ? ""
                : "public List<Option> options() { return List.of(Option.of(\"word\", OptionKind.TEXT,"
                        + " Text.of(\"Word\"))); }";
        return new Text("alma." + type, """
                package alma;
                import dev.penstock.plugin.*;
                import dev.penstock.plugin.option.*;
                import dev.penstock.plugin.task.*;
                import java.util.*;
                @org.pf4j.Extension
                public class %s implements TaskType {
                    public String id() { return "%s"; }
                    public Text label() { return Text.of("%s"); }
                    %s
                    %s
                    public TaskResult run(TaskContext context, OptionValues values)
                            throws TaskException, InterruptedException {
                        %s
                    }
                    %s
                }
                """.formatted(type, id, id, options, summary, run, members));
    }

    /** A task that passes. */
    static final String PASS = "return new TaskResult.Passed();";

    /** A material type; {@code poll} is the body of its method, with {@code context}, {@code values}, {@code lastKnown}. */
    static Text material(String id, String poll) {
        String type = "Material" + Integer.toHexString((id + poll).hashCode());
        return new Text("alma." + type, """
                package alma;
                import dev.penstock.plugin.*;
                import dev.penstock.plugin.option.*;
                import dev.penstock.plugin.material.*;
                import java.time.Instant;
                import java.util.*;
                @org.pf4j.Extension
                public class %s implements MaterialType {
                    public String id() { return "%s"; }
                    public Text label() { return Text.of("%s"); }
                    public List<Option> options() { return List.of(); }
                    public String displayName(OptionValues values) { return "%s"; }
                    public Optional<String> host(OptionValues values) { return Optional.empty(); }
                    public void check(MaterialContext context, OptionValues values) {}
                    public PollResult poll(MaterialContext context, OptionValues values, Optional<String> lastKnown)
                            throws MaterialException, InterruptedException {
                        %s
                    }
                    public void checkout(CheckoutContext context, OptionValues values, String revision) {}
                }
                """.formatted(type, id, id, id, poll));
    }

    /** The class that a manifest names as {@code Plugin-Class}. */
    static Text plugin(String name, String members) {
        return new Text("alma." + name, """
                package alma;
                public class %s extends org.pf4j.Plugin {
                    %s
                }
                """.formatted(name, members));
    }

    /** Any class. */
    static Text plain(String name, String members) {
        int dot = name.lastIndexOf('.');
        return new Text(
                name,
                "package " + name.substring(0, dot) + "; public class " + name.substring(dot + 1) + " { " + members
                        + " }");
    }
}

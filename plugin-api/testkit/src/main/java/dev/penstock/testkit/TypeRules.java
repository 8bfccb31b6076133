package dev.penstock.testkit;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.pf4j.Extension;

/** What the host demands of any type before it uses it, and what its users can expect of a form. */
final class TypeRules {
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final int LONGEST_TEXT = 1_000;
    private static final int MOST_OPTIONS = 200;
    /** Keys that every task and material has, which a definition would give to the host and not to the plugin. */
    static final Set<String> OF_EVERY_TASK =
            Set.of("working_directory", "run_if", "on_cancel", "timeout", "configuration", "options", "secure_options");

    static final Set<String> OF_EVERY_MATERIAL = Set.of(
            "name", "type", "destination", "auto_update", "ignore", "includes", "blacklist", "whitelist", "options");

    private TypeRules() {}

    /** Everything that is wrong with how a type describes itself. */
    static List<String> description(String id, Text label, List<Option> options, Set<String> reserved) {
        var wrong = new ArrayList<String>();
        if (!ID.matcher(id).matches()) {
            wrong.add("the id \"" + id + "\" is not of the form " + ID.pattern());
        }
        text("the label", label, wrong);
        if (options.size() > MOST_OPTIONS) {
            wrong.add("there are " + options.size() + " options; at most " + MOST_OPTIONS + " are possible");
        }
        var names = new HashSet<String>();
        for (Option option : options) {
            String which = "option \"" + option.name() + "\"";
            if (!names.add(option.name())) {
                wrong.add(which + " is described twice");
            }
            if (reserved.contains(option.name())) {
                wrong.add(which + " has a name that belongs to the host");
            }
            text("the label of " + which, option.label(), wrong);
            option.help().ifPresent(help -> text("the help of " + which, help, wrong));
            option(option, which, wrong);
        }
        return wrong;
    }

    private static void option(Option option, String which, List<String> wrong) {
        if (option.isRequired() && option.kind() == OptionKind.BOOLEAN) {
            wrong.add(which + " is a required BOOLEAN; give it a default instead");
        }
        if (option.kind() == OptionKind.SECRET) {
            if (option.defaultValue().isPresent()) {
                wrong.add(which + " is a SECRET with a default, which everybody can read");
            }
            if (option.isIdentity()) {
                wrong.add(which + " is a SECRET and part of the identity; changing it would begin a new history");
            }
        }
        if (option.kind() == OptionKind.CHOICE && option.choices().isEmpty()) {
            wrong.add(which + " has no choices");
        }
        option.defaultValue().ifPresent(value -> {
            boolean fits = switch (option.kind()) {
                case NUMBER -> value.matches("-?[0-9]{1,15}");
                case BOOLEAN -> value.equals("true") || value.equals("false");
                case CHOICE -> option.choices().contains(value);
                case TEXT -> !value.contains("\n");
                case SECRET, LIST, MAP, MULTILINE -> true;
            };
            if (!fits) {
                wrong.add(which + " has the default \"" + value + "\", which it does not allow");
            }
        });
    }

    private static void text(String what, Text text, List<String> wrong) {
        for (String each : List.of(text.english(), text.korean())) {
            if (each.isBlank() || each.length() > LONGEST_TEXT) {
                wrong.add(what + " must have 1 to " + LONGEST_TEXT + " characters in both languages");
                return;
            }
        }
    }

    /** Why the host would not find the type in its jar, or could not make one. */
    static List<String> extension(Class<?> type) {
        var wrong = new ArrayList<String>();
        if (!type.isAnnotationPresent(Extension.class)) {
            wrong.add(type.getName() + " has no annotation @Extension");
        }
        boolean made = Modifier.isPublic(type.getModifiers())
                && Arrays.stream(type.getConstructors()).anyMatch(c -> c.getParameterCount() == 0);
        if (!made) {
            wrong.add(type.getName() + " must be public, with a public constructor without parameters");
        }
        if (!indexed(type)) {
            wrong.add("META-INF/extensions.idx does not list " + type.getName()
                    + "; compile with PF4J's annotation processor switched on (javac -proc:full)");
        }
        return wrong;
    }

    private static boolean indexed(Class<?> type) {
        try {
            for (URL index : Collections.list(type.getClassLoader().getResources("META-INF/extensions.idx"))) {
                try (InputStream in = index.openStream()) {
                    boolean listed = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .anyMatch(line -> line.strip().equals(type.getName()));
                    if (listed) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fields that would be shared by all threads that call the one instance. */
    static List<String> state(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> !field.isSynthetic() && !Modifier.isFinal(field.getModifiers()))
                .map(Field::getName)
                .map(name -> "field \"" + name + "\" can change, but one instance serves all threads")
                .toList();
    }

    /** What is wrong with a line that is shown to people. */
    static List<String> line(String what, String line) {
        var wrong = new ArrayList<String>();
        if (line.isBlank() || line.length() > LONGEST_TEXT || line.contains("\n") || line.contains("\r")) {
            wrong.add(what + " must be one line of 1 to " + LONGEST_TEXT + " characters, not \"" + line + "\"");
        }
        return wrong;
    }
}

package dev.penstock.plugins.maven;

import static dev.penstock.plugins.maven.MavenOptions.ARGUMENTS;
import static dev.penstock.plugins.maven.MavenOptions.BATCH;
import static dev.penstock.plugins.maven.MavenOptions.DEBUG;
import static dev.penstock.plugins.maven.MavenOptions.GOALS;
import static dev.penstock.plugins.maven.MavenOptions.JAVA_HOME;
import static dev.penstock.plugins.maven.MavenOptions.MAVEN_HOME;
import static dev.penstock.plugins.maven.MavenOptions.OFFLINE;
import static dev.penstock.plugins.maven.MavenOptions.POM_FILE;
import static dev.penstock.plugins.maven.MavenOptions.PROFILES;
import static dev.penstock.plugins.maven.MavenOptions.PROPERTIES;
import static dev.penstock.plugins.maven.MavenOptions.QUIET;
import static dev.penstock.plugins.maven.MavenOptions.SETTINGS;
import static dev.penstock.plugins.maven.MavenOptions.SETTINGS_FILE;
import static dev.penstock.plugins.maven.MavenOptions.WRAPPER;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.plugin.task.CommandLine;
import dev.penstock.plugin.task.TaskContext;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import dev.penstock.plugin.task.TaskType;
import dev.penstock.plugin.task.Words;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/** The task type {@code maven}. */
@Extension
public final class MavenTask implements TaskType {

    @Override
    public String id() {
        return "maven";
    }

    @Override
    public Text label() {
        return Text.of("Maven");
    }

    @Override
    public List<Option> options() {
        return MavenOptions.ALL;
    }

    @Override
    public List<Violation> validate(OptionValues values) {
        var wrong = new ArrayList<Violation>();
        try {
            if (values.text(GOALS).isPresent()
                    && Words.split(values.require(GOALS)).isEmpty()) {
                wrong.add(new Violation(GOALS, "The goals are empty"));
            }
        } catch (IllegalArgumentException e) {
            wrong.add(new Violation(GOALS, String.valueOf(e.getMessage())));
        }
        for (String file : List.of(POM_FILE, SETTINGS_FILE, MAVEN_HOME, JAVA_HOME)) {
            values.text(file)
                    .filter(name -> name.startsWith("-"))
                    .ifPresent(name -> wrong.add(new Violation(file, "\"" + name + "\" must not begin with \"-\"")));
        }
        for (String profile : values.list(PROFILES)) {
            if (profile.isBlank() || profile.chars().anyMatch(c -> c == ',' || Character.isWhitespace(c))) {
                wrong.add(new Violation(PROFILES, "\"" + profile + "\" is not one profile; write one per line"));
            }
        }
        for (String name : values.map(PROPERTIES).keySet()) {
            if (name.isBlank() || name.indexOf('=') >= 0) {
                wrong.add(new Violation(PROPERTIES, "\"" + name + "\" cannot be the name of a property"));
            }
        }
        if (values.flag(WRAPPER) && values.text(MAVEN_HOME).isPresent()) {
            wrong.add(new Violation(MAVEN_HOME, "The wrapper brings its own Maven; give no Maven home besides it"));
        }
        if (values.text(SETTINGS_FILE).isPresent() && values.secret(SETTINGS).isPresent()) {
            wrong.add(new Violation(SETTINGS_FILE, "Give a settings file or the settings themselves, not both"));
        }
        return wrong;
    }

    @Override
    public String summary(OptionValues values) {
        String pom = values.text(POM_FILE).map(file -> " -f " + file).orElse("");
        String profiles = values.list(PROFILES).isEmpty() ? "" : " -P " + String.join(",", values.list(PROFILES));
        // Of properties the names only: their values may be nobody's business.
        String properties = values.map(PROPERTIES).isEmpty()
                ? ""
                : " -D " + String.join(",", values.map(PROPERTIES).keySet());
        return (values.flag(WRAPPER) ? "mvnw" : "mvn") + pom + profiles + properties + " "
                + values.text(GOALS).map(String::strip).orElse("");
    }

    @Override
    public TaskResult run(TaskContext context, OptionValues values) throws TaskException, InterruptedException {
        Optional<Path> settings = settings(context, values);
        try {
            var words = new ArrayList<>(program(context, values));
            words.addAll(flags(values));
            settings.ifPresent(file -> words.addAll(List.of("-s", file.toString())));
            values.map(PROPERTIES).forEach((name, value) -> words.add("-D" + name + "=" + value));
            words.addAll(values.list(ARGUMENTS));
            words.addAll(Words.split(values.require(GOALS)));
            CommandLine command = CommandLine.of(words);
            Optional<String> java = values.text(JAVA_HOME);
            if (java.isPresent()) {
                command = command.with("JAVA_HOME", jdk(context, java.get()));
            }
            return context.run(command);
        } finally {
            delete(context, settings);
        }
    }

    private static List<String> flags(OptionValues values) {
        var flags = new ArrayList<String>();
        for (var flag :
                List.of(List.of(BATCH, "-B"), List.of(OFFLINE, "-o"), List.of(QUIET, "-q"), List.of(DEBUG, "-X"))) {
            if (values.flag(flag.getFirst())) {
                flags.add(flag.getLast());
            }
        }
        values.text(POM_FILE).ifPresent(file -> flags.addAll(List.of("-f", file)));
        values.text(SETTINGS_FILE).ifPresent(file -> flags.addAll(List.of("-s", file)));
        if (!values.list(PROFILES).isEmpty()) {
            flags.addAll(List.of("-P", String.join(",", values.list(PROFILES))));
        }
        return flags;
    }

    /** The wrapper, the Maven of a folder, or the one on the PATH, which the agent looks up and misses in its own words. */
    private static List<String> program(TaskContext context, OptionValues values) throws TaskException {
        if (values.flag(WRAPPER)) {
            return wrapper(context);
        }
        Optional<String> home = values.text(MAVEN_HOME);
        if (home.isPresent()) {
            Path program = context.workingDirectory()
                    .resolve(home.get())
                    .resolve("bin")
                    .resolve(script("mvn"));
            if (!Files.isRegularFile(program)) {
                throw new TaskException("There is no Maven in \"" + home.get() + "\" on agent \"" + context.agentName()
                        + "\": looked for " + program);
            }
            return List.of(program.toString());
        }
        String variable = context.environment().getOrDefault("M2_HOME", "");
        if (!variable.isBlank()) {
            Path program = Path.of(variable).resolve("bin").resolve(script("mvn"));
            if (Files.isRegularFile(program)) {
                context.console().note("Maven of the variable M2_HOME: " + program);
                return List.of(program.toString());
            }
            context.console().note("The variable M2_HOME leads to no Maven (" + program + "); looking on the PATH");
        }
        return List.of("mvn");
    }

    private static List<String> wrapper(TaskContext context) throws TaskException {
        Path file = context.workingDirectory().resolve(onWindows() ? "mvnw.cmd" : "mvnw");
        if (!Files.isRegularFile(file)) {
            throw new TaskException("There is no Maven wrapper in the working directory of agent \""
                    + context.agentName() + "\": looked for " + file
                    + ". Commit it, or switch \"use_wrapper\" off");
        }
        // Not everybody commits it with permission to be executed; it is a script for sh.
        return onWindows() || Files.isExecutable(file) ? List.of(file.toString()) : List.of("sh", file.toString());
    }

    private static String jdk(TaskContext context, String home) throws TaskException {
        Path folder = context.workingDirectory().resolve(home);
        Path java = folder.resolve("bin").resolve(onWindows() ? "java.exe" : "java");
        if (!Files.isRegularFile(java)) {
            throw new TaskException(
                    "There is no JDK in \"" + home + "\" on agent \"" + context.agentName() + "\": looked for " + java);
        }
        return folder.toString();
    }

    private static Optional<Path> settings(TaskContext context, OptionValues values) throws TaskException {
        if (values.secret(SETTINGS).isEmpty()) {
            return Optional.empty();
        }
        Path file = context.temporaryDirectory().resolve("settings.xml");
        try {
            // The folder is the task's own, which nobody else may enter.
            Files.writeString(file, values.secret(SETTINGS).get().reveal());
            return Optional.of(file);
        } catch (IOException e) {
            throw new TaskException("The settings cannot be written to " + file + ": " + e.getMessage(), e);
        }
    }

    private static void delete(TaskContext context, Optional<Path> file) {
        try {
            if (file.isPresent()) {
                Files.deleteIfExists(file.get());
            }
        } catch (IOException e) {
            context.console().note("The file " + file.get() + " is removed later: " + e.getMessage());
        }
    }

    private static String script(String name) {
        return onWindows() ? name + ".cmd" : name;
    }

    private static boolean onWindows() {
        return File.separatorChar == '\\';
    }
}

package dev.penstock.testkit;

import dev.penstock.plugin.Console;
import dev.penstock.plugin.task.CommandLine;
import dev.penstock.plugin.task.TaskContext;
import dev.penstock.plugin.task.TaskException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A task's context on this machine: starts real processes, and keeps what they print. What is started gets just the given
 * variables.
 *
 * <p>The agent also gives each program a process group of its own; here a child that detaches itself from its parent is
 * not found when a task is cancelled.
 */
public final class LocalTask implements TaskContext {
    private static final Duration GRACE = Duration.ofSeconds(10);
    /** Output of a program that has ended, and whose children keep its pipes open, is not waited for longer. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Path workingDirectory;
    private final Path temporaryDirectory;
    private final Map<String, String> environment;
    private final RecordingConsole console = new RecordingConsole();
    private final List<CommandLine> started = new CopyOnWriteArrayList<>();

    /**
     * @param workingDirectory exists
     * @param temporaryDirectory exists, and is outside the working directory
     */
    public LocalTask(Path workingDirectory, Path temporaryDirectory, Map<String, String> environment) {
        this.workingDirectory = workingDirectory.toAbsolutePath();
        this.temporaryDirectory = temporaryDirectory.toAbsolutePath();
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Path workingDirectory() {
        return workingDirectory;
    }

    @Override
    public Path temporaryDirectory() {
        return temporaryDirectory;
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Console console() {
        return console;
    }

    /** What was written to the console. */
    public RecordingConsole recorded() {
        return console;
    }

    /** The commands that were started, in their order. */
    public List<CommandLine> started() {
        return List.copyOf(started);
    }

    @Override
    public String agentName() {
        return "test-agent";
    }

    @Override
    public Duration gracePeriod() {
        return GRACE;
    }

    @Override
    public int execute(CommandLine command) throws TaskException, InterruptedException {
        var variables = new HashMap<>(environment);
        variables.putAll(command.variables());
        var words = new ArrayList<>(command.words());
        words.set(
                0, program(words.getFirst(), variables.getOrDefault("PATH", "")).toString());
        var builder = new ProcessBuilder(words).directory(workingDirectory.toFile());
        builder.environment().clear();
        builder.environment().putAll(variables);
        Process process;
        try {
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new TaskException(
                    "Program \"" + command.words().getFirst() + "\" cannot be started on agent \"" + agentName()
                            + "\": " + e.getMessage(),
                    e);
        }
        started.add(command);
        Thread out = pump(process.getInputStream(), console::out);
        Thread err = pump(process.getErrorStream(), console::err);
        try {
            int exitCode = process.waitFor();
            out.join(LAST_WORDS);
            err.join(LAST_WORDS);
            return exitCode;
        } catch (InterruptedException e) {
            end(process);
            throw e;
        }
    }

    private Path program(String name, String path) throws TaskException {
        if (name.contains("/") || name.contains(File.separator)) {
            Path file = workingDirectory.resolve(name).normalize();
            if (Files.isRegularFile(file)) {
                return file;
            }
            throw new TaskException("Program \"" + name + "\" is not there: there is no file " + file + " on agent \""
                    + agentName() + "\"");
        }
        return Stream.of(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> executable(Path.of(folder), name))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new TaskException("Program \"" + name + "\" was not found on the PATH \"" + path
                        + "\" of agent \"" + agentName() + "\""));
    }

    private static Optional<Path> executable(Path folder, String name) {
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("win");
        return (windows ? Stream.of("", ".exe", ".cmd", ".bat") : Stream.of(""))
                .map(ending -> folder.resolve(name + ending))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static Thread pump(InputStream from, Consumer<String> to) {
        return Thread.ofVirtual().start(() -> {
            try (var reader = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                reader.lines().forEach(to);
            } catch (IOException | UncheckedIOException _) {
                // The process was ended.
            }
        });
    }

    private static void end(Process process) throws InterruptedException {
        // Children that are born meanwhile are found in the next round; a fork bomb is nobody's test.
        for (int round = 0; round < 20; round++) {
            List<ProcessHandle> tree = process.descendants().toList();
            tree.forEach(ProcessHandle::destroyForcibly);
            if (tree.isEmpty()) {
                break;
            }
        }
        process.destroyForcibly();
        process.waitFor();
    }
}

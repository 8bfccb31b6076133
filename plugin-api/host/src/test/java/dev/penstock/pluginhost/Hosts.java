package dev.penstock.pluginhost;

import dev.penstock.plugin.Console;
import dev.penstock.plugin.task.CommandLine;
import dev.penstock.plugin.task.TaskContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Folders and a host for a test, and what its tasks need. */
final class Hosts {
    static final Duration SHORT = Duration.ofSeconds(2);

    private Hosts() {}

    /** A bundled and an external folder, and a work folder. */
    record Folders(Path bundled, Path external, Path work) {
        static Folders in(Path root) throws Exception {
            return new Folders(
                    Files.createDirectories(root.resolve("bundled")),
                    Files.createDirectories(root.resolve("external")),
                    root.resolve("work"));
        }

        PluginHost open() throws Exception {
            return open(limits(), new Clock());
        }

        PluginHost open(CallLimits limits, InstantSource clock) throws Exception {
            return PluginHost.open(
                    List.of(
                            new PluginFolder(bundled, PluginKind.BUNDLED),
                            new PluginFolder(external, PluginKind.EXTERNAL)),
                    new HostSettings(work, HostSettings.API_VERSION, SHORT, limits, clock));
        }
    }

    /** Small ones, so that tests need not wait. */
    static CallLimits limits() {
        return new CallLimits(2, 2, Duration.ofMillis(500), 3, Duration.ofSeconds(60));
    }

    /** Stands still until it is told. */
    static final class Clock implements InstantSource {
        private volatile Instant now = Instant.parse("2026-01-01T12:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        void pass(Duration time) {
            now = now.plus(time);
        }
    }

    /** A context whose console keeps its lines; programs are not started here. */
    static final class Context implements TaskContext, Console {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        List<String> lines() {
            return List.copyOf(lines);
        }

        @Override
        public Path workingDirectory() {
            return Path.of("").toAbsolutePath();
        }

        @Override
        public Path temporaryDirectory() {
            return Path.of("").toAbsolutePath();
        }

        @Override
        public Map<String, String> environment() {
            return Map.of();
        }

        @Override
        public Console console() {
            return this;
        }

        @Override
        public String agentName() {
            return "alma";
        }

        @Override
        public Duration gracePeriod() {
            return Duration.ofSeconds(1);
        }

        @Override
        public int execute(CommandLine command) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void out(String line) {
            lines.add(line);
        }

        @Override
        public void err(String line) {
            lines.add(line);
        }

        @Override
        public void note(String line) {
            lines.add(line);
        }
    }

    /** The only jar there is. */
    static InstalledPlugin only(PluginHost host) {
        if (host.plugins().size() != 1) {
            throw new AssertionError("Not one plugin: " + host.plugins());
        }
        return host.plugins().getFirst();
    }

    /** A task without options is run. */
    static List<String> run(PluginHost host, String task) throws Exception {
        TaskHandle handle = host.taskType(task).orElseThrow();
        var context = new Context();
        handle.run(context, handle.read(Map.of()).values());
        return context.lines();
    }
}

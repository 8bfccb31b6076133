package dev.penstock.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server or an agent, unpacked from its archive into a folder of its own and run as its user would. */
public final class Program implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(30);

    private final String name;
    private final Path home;
    private final Map<String, String> environment;
    private Process process;

    private Program(String name, Path home, Map<String, String> environment, Process process) {
        this.name = name;
        this.home = home;
        this.environment = environment;
        this.process = process;
    }

    /**
     * Unpacks and starts.
     *
     * @param name {@code penstock-server} or {@code penstock-agent}
     * @param archive the folder form of the archive
     * @param settings written to {@code config/NAME.properties}
     * @param environment variables of this machine
     */
    public static Program start(String name, Path archive, Path home, String settings, Map<String, String> environment)
            throws IOException {
        copy(archive, home);
        Files.writeString(home.resolve("config").resolve(name + ".properties"), settings);
        return new Program(name, home, environment, launch(name, home, environment));
    }

    private static Process launch(String name, Path home, Map<String, String> environment) throws IOException {
        Path log = home.resolve("logs/console.log");
        var builder = new ProcessBuilder(home.resolve("bin").resolve(name).toString(), "console")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    public Path home() {
        return home;
    }

    /** The operating system's process. */
    public Process process() {
        return process;
    }

    /** Starts the program again after it has ended, on the same folder. */
    public void startAgain() throws IOException {
        process = launch(name, home, environment);
    }

    /** Ends it without warning, as a power cut would. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** What it printed so far. */
    public String said() {
        try {
            return Files.readString(home.resolve("logs/console.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to stop, and ends it when it does not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}

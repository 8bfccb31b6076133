package dev.penstock.core.app;

import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.PostgresSignals;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program: {@code run}, {@code check-config}, {@code version}. Its home is {@code -Dpenstock.home}. */
public final class Main {
    private static final Logger log = LoggerFactory.getLogger(Main.class);

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final Path home;
    private final PrintStream out;
    private final PrintStream err;

    Main(Path home, PrintStream out, PrintStream err) {
        this.home = home;
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        String home = System.getProperty("penstock.home", "");
        if (home.isEmpty()) {
            System.err.println("The server's folder is not known: start it by bin/penstock-server");
            System.exit(USAGE);
        }
        int code = new Main(Path.of(home).toAbsolutePath().normalize(), System.out, System.err).command(List.of(args));
        System.exit(code);
    }

    /** Does what the command line says, and returns the exit code. */
    int command(List<String> args) {
        String command = args.size() == 1 ? args.getFirst() : "";
        return switch (command) {
            case "run" -> settings() instanceof Settings.Parsed.Ok(var settings) ? run(settings) : FAILED;
            case "check-config" -> checkConfig();
            case "version" -> {
                out.println("Penstock " + Version.current());
                yield OK;
            }
            default -> {
                err.println("Commands: run | check-config | version");
                yield USAGE;
            }
        };
    }

    private int checkConfig() {
        if (settings() instanceof Settings.Parsed.Ok) {
            out.println("The settings in " + file() + " are in order");
            return OK;
        }
        return FAILED;
    }

    private Path file() {
        return home.resolve("config").resolve("penstock-server.properties");
    }

    /** Reads the settings, and prints every mistake. Without a file all defaults hold. */
    private Settings.Parsed settings() {
        List<String> lines = List.of();
        try {
            if (Files.exists(file())) {
                lines = Files.readAllLines(file(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            String mistake = file() + " cannot be read: " + e.getMessage();
            err.println(mistake);
            return new Settings.Parsed.Broken(List.of(mistake));
        }
        Settings.Parsed parsed = Settings.parse(home, lines);
        if (parsed instanceof Settings.Parsed.Broken(var mistakes)) {
            err.println("The settings in " + file() + " have mistakes:");
            mistakes.forEach(mistake -> err.println("  " + mistake));
        }
        return parsed;
    }

    private int run(Settings settings) {
        long begin = System.nanoTime();
        try (var closing = new Closing()) {
            Runtime.getRuntime().addShutdownHook(new Thread(closing::close, "stop"));
            Server server = start(settings, closing);
            var took = Duration.ofNanos(System.nanoTime() - begin);
            out.println("Penstock listens on " + server.address());
            out.println("Open " + settings.site(server.address()) + "/api/v1/health, or see "
                    + settings.site(server.address()) + "/api/v1/openapi.yaml for all it can do");
            out.flush();
            log.atInfo()
                    .addKeyValue("address", server.address())
                    .addKeyValue("version", Version.current())
                    .addKeyValue("millis", took.toMillis())
                    .log("Penstock listens");
            new CountDownLatch(1).await(); // the shutdown hook stops everything
            return OK;
        } catch (InterruptedException _) {
            return OK;
        } catch (IOException | IllegalStateException e) {
            log.atError().setCause(e).log("The server does not start");
            err.println("The server does not start: " + e.getMessage());
            return FAILED;
        }
    }

    private static Server start(Settings settings, Closing closing) throws IOException {
        InstantSource clock = InstantSource.system();
        Path data = privateFolder(settings.path(Setting.DATA_DIRECTORY));
        // PostgreSQL's start is the longest part and mostly waiting: everything else is done beside it.
        var opening = new FutureTask<>(() -> closing.add("database", ServerDatabase.open(settings, data, clock)));
        Thread.ofPlatform().name("database-start").start(opening);
        Prepared prepared = prepared(settings, data, clock, opening);
        try {
            ServerDatabase database = opened(opening);
            PostgresSignals signals = closing.add("signals", new PostgresSignals(database.address()));
            signals.start();
            var foundation =
                    new Foundation(settings, database.database(), signals, new EventStore(signals), clock, data);
            return closing.add("server", Server.start(foundation, prepared));
        } catch (IOException | RuntimeException e) {
            prepared.close();
            throw e;
        }
    }

    private static Prepared prepared(Settings settings, Path data, InstantSource clock, Future<ServerDatabase> opening)
            throws IOException {
        try {
            return Prepared.begin(settings, data, clock);
        } catch (IOException | RuntimeException e) {
            try {
                opened(opening); // so that it is there to be closed
            } catch (IOException | RuntimeException ofDatabase) {
                e.addSuppressed(ofDatabase);
            }
            throw e;
        }
    }

    private static ServerDatabase opened(Future<ServerDatabase> opening) throws IOException {
        try {
            return opening.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case null, default -> throw new IllegalStateException("The database does not start", e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the database started", e);
        }
    }

    private static Path privateFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
        return folder;
    }
}

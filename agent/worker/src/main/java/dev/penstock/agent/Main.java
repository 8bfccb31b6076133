package dev.penstock.agent;

import dev.penstock.agent.job.JobParts;
import dev.penstock.agent.job.JobThreads;
import dev.penstock.agent.job.Place;
import dev.penstock.agent.job.RunningJob;
import dev.penstock.agent.job.Stop;
import dev.penstock.agent.json.Json;
import dev.penstock.agent.log.AgentLog;
import dev.penstock.agent.plugin.Plugins;
import dev.penstock.agent.process.Launcher;
import dev.penstock.agent.process.ProcessTable;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.server.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code penstock-agent run | check-config | version | run-job FILE}. */
public final class Main {
    private static final int WRONG_USE = 2;

    private static final String USAGE = """
            usage: penstock-agent run                 works for the server that the settings name
                   penstock-agent check-config        reads the settings, says every mistake, and ends
                   penstock-agent version
                   penstock-agent run-job FILE [--plugins FOLDER] [--artifacts FOLDER]
                                                      runs a job description without a server""";

    private Main() {}

    /** Ends the process with 0, 1 for a failure, or 2 for wrong use. */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(System.getProperty("penstock.home", ""))
                .toAbsolutePath()
                .normalize();
        AgentLog.directory(home.resolve("logs"));
        int code = switch (arguments.length == 0 ? "run" : arguments[0]) {
            case "run" -> run(home);
            case "check-config" -> checkConfig(home);
            case "version" -> version();
            case "run-job" -> runJob(home, List.of(arguments).subList(1, arguments.length));
            default -> usage();
        };
        System.exit(code);
    }

    private static int run(Path home) throws IOException, InterruptedException {
        Optional<Settings> settings = settings(home);
        if (settings.isEmpty()) {
            return 1;
        }
        warnOfLocale();
        Agent agent;
        try {
            agent = Agent.open(settings.get(), Version.text(), System.getenv(), Main::say);
        } catch (IOException e) {
            System.err.println("penstock-agent: " + e.getMessage());
            return 1;
        }
        say("Penstock agent " + Version.text() + " for " + settings.get().server() + ", working in "
                + settings.get().path(Setting.WORK_DIRECTORY));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(agent::stop));
        agent.run();
        return 0;
    }

    private static int checkConfig(Path home) throws IOException {
        boolean good = settings(home).isPresent();
        if (good) {
            say("The settings are in order");
        }
        return good ? 0 : 1;
    }

    private static int version() {
        say("penstock-agent " + Version.text());
        return 0;
    }

    private static int usage() {
        System.err.println(USAGE);
        return WRONG_USE;
    }

    /** The settings of the file; empty when it has mistakes, which were told. */
    private static Optional<Settings> settings(Path home) throws IOException {
        Path file = home.resolve("config/penstock-agent.properties");
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        return switch (Settings.parse(home, lines)) {
            case Settings.Parsed.Ok(var settings) -> Optional.of(settings);
            case Settings.Parsed.Broken(var mistakes) -> {
                System.err.println("penstock-agent: " + file + " has mistakes:");
                mistakes.forEach(mistake -> System.err.println("  " + mistake));
                yield Optional.empty();
            }
        };
    }

    private static int runJob(Path home, List<String> arguments) throws IOException, InterruptedException {
        Map<String, Path> options = new HashMap<>();
        for (int i = 1; i + 1 < arguments.size(); i += 2) {
            options.put(arguments.get(i), Path.of(arguments.get(i + 1)).toAbsolutePath());
        }
        boolean known = List.of("--plugins", "--artifacts").containsAll(options.keySet());
        if (arguments.isEmpty() || arguments.size() % 2 == 0 || !known) {
            return usage();
        }
        Optional<Settings> settings = settings(home);
        if (settings.isEmpty()) {
            return 1;
        }
        JobAssignment job;
        try {
            job = Json.read(Files.readAllBytes(Path.of(arguments.getFirst())), JobAssignment.class);
        } catch (IOException e) {
            System.err.println(
                    "penstock-agent: \"" + arguments.getFirst() + "\" is no job description: " + e.getMessage());
            return 1;
        }
        // Beside the agent's own data: a running agent and a job by hand do not touch each other.
        Path data = settings.get().path(Setting.DATA_DIRECTORY).resolve("run-job");
        try (Folders folders = Folders.open(data, settings.get().path(Setting.WORK_DIRECTORY));
                var plugins = new Plugins(data, 1L << 30, InstantSource.system())) {
            Path artifacts = options.getOrDefault("--artifacts", Path.of("artifacts"));
            var server = new LocalJobServer(System.out, Optional.ofNullable(options.get("--plugins")), artifacts);
            var parts = new JobParts(
                    Launcher.ofMachine(),
                    ProcessTable.ofMachine(),
                    plugins,
                    () -> server,
                    InstantSource.system(),
                    JobThreads.open());
            Place place = localPlace(settings.get(), folders);
            RunningJob running = RunningJob.start(new RunningJob.Agent(place, parts, () -> {}), job);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> cancel(running)));
            while (!running.awaitOver(Duration.ofHours(1))) {
                // A job may take as long as it likes.
            }
            boolean passed =
                    running.end().filter(end -> end.result() == Result.PASSED).isPresent();
            return passed ? 0 : 1;
        }
    }

    private static void cancel(RunningJob job) {
        job.stop(Stop.CANCELLED);
        try {
            job.awaitOver(Duration.ofSeconds(30));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Place localPlace(Settings settings, Folders folders) throws IOException {
        return new Place(
                Identity.loadOrMake(folders.data().resolve("identity")).id(),
                Machine.hostName(),
                "",
                folders.workspaces(),
                folders.data(),
                settings.seconds(Setting.JOBS_GRACE_SECONDS),
                1L << 40,
                System.getenv(),
                new Place.MaterialRules(
                        settings.paths(Setting.MATERIALS_LOCAL_FOLDERS),
                        settings.seconds(Setting.MATERIALS_NETWORK_TIMEOUT_SECONDS),
                        settings.bytesOfMebibytes(Setting.MATERIALS_FETCH_LIMIT_MEBIBYTES)));
    }

    /** Java hands file names and arguments to programs in the encoding of the locale; in ASCII most of the world's are lost. */
    private static void warnOfLocale() {
        String encoding = System.getProperty("sun.jnu.encoding", "");
        if (!encoding.equalsIgnoreCase("UTF-8")) {
            say("Warning: the locale's encoding is " + encoding
                    + "; file names and arguments outside of it are damaged. Start the agent with LC_ALL=C.UTF-8");
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the AOT cache of the archive, which halves the server's start: runs the server of the image once, asks it a few
 * things, and has the Java machine write down what it loaded and linked. It is the first start of a home, because of a
 * sealed package (XZ) of which only some classes are in the cache Java refuses to load the others. A build that cannot run
 * the server goes on without a cache.
 *
 * <p>java MakeAot.java IMAGE OPTIONS-FILE
 */
final class MakeAot {
    private static final Pattern LISTENS = Pattern.compile("Penstock listens on (http://\\S+)");
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final List<String> REQUESTS = List.of(
            "/api/v1/health",
            "/api/v1/version",
            "/api/v1/agents",
            "/api/v1/pipelines",
            "/api/v1/dashboard",
            "/api/v1/runs?limit=20",
            "/api/v1/queue",
            "/api/v1/materials",
            "/api/v1/plugins",
            "/api/v1/nothing");

    public static void main(String[] args) throws IOException, InterruptedException {
        Path image = Path.of(args[0]).toAbsolutePath();
        Path lib = image.resolve("lib");
        Path cache = lib.resolve("penstock.aot");
        Path home = Files.createTempDirectory("penstock-aot");
        try {
            Files.deleteIfExists(cache);
            List<Path> jars = jars(lib);
            Process server = start(image, Path.of(args[1]), jars, cache, home);
            try {
                ask(listening(server, home));
            } finally {
                server.destroy();
            }
            if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                server.destroyForcibly();
                throw new IOException("the server did not end");
            }
            if (!Files.exists(cache)) {
                throw new IOException("no cache was written: " + Files.readString(home.resolve("out")));
            }
        } catch (IOException e) {
            Files.deleteIfExists(cache);
            System.err.println("[WARNING] The archive has no AOT cache, and its server starts more slowly: " + e.getMessage());
        } finally {
            delete(home);
        }
    }

    /** The jars in the order of the start script. */
    private static List<Path> jars(Path lib) throws IOException {
        try (Stream<Path> all = Files.list(lib)) {
            return all.filter(file -> file.toString().endsWith(".jar"))
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .toList();
        }
    }

    private static Process start(Path image, Path options, List<Path> jars, Path cache, Path home) throws IOException {
        Files.createDirectories(home.resolve("logs"));
        Files.createDirectories(home.resolve("config"));
        Files.write(
                home.resolve("config").resolve("penstock-server.properties"),
                List.of(
                        "http.port = 0",
                        "plugins.bundled-directory = "
                                + image.resolve("plugins").resolve("bundled")));
        var command = new ArrayList<String>();
        command.add(image.resolve("runtime").resolve("bin").resolve("java").toString());
        Files.readAllLines(options).stream()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .forEach(command::add);
        command.add("-XX:AOTCacheOutput=" + cache);
        command.add("-Dpenstock.home=" + home);
        command.add("-cp");
        command.add(jars.stream().map(Path::toString).collect(Collectors.joining(java.io.File.pathSeparator)));
        command.add("dev.penstock.core.app.Main");
        command.add("run");
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out").toFile())
                .start();
    }

    private static URI listening(Process server, Path home) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            var matcher = LISTENS.matcher(Files.readString(home.resolve("out")));
            if (matcher.find()) {
                return URI.create(matcher.group(1));
            }
            if (server.waitFor(100, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new IOException("the server did not start: " + Files.readString(home.resolve("out")));
    }

    private static void ask(URI server) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String path : REQUESTS) {
                client.send(HttpRequest.newBuilder(server.resolve(path)).build(), BodyHandlers.discarding());
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}

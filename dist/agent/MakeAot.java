import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the AOT cache of the archive, without which an idle agent needs a quarter more memory: runs the agent of the image
 * against a server of a few answers, which gives it one job, and has the Java machine write down what it loaded and linked.
 * A build that cannot run the agent goes on without a cache.
 *
 * <p>java MakeAot.java IMAGE OPTIONS-FILE
 */
final class MakeAot {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String JOB = """
            {"assignment": {"jobId": 1, "attempt": 1, "locator": "p/1/s/1/j", "workspace": "p", "maxConsoleBytes": 1048576,
              "environment": [{"name": "PASSWORD", "value": "not-a-real-one", "secure": true}],
              "tasks": [{"type": "exec", "options": {"command": "sh", "arguments": ["-c", "echo out; echo err >&2; echo > a"]}}],
              "artifacts": [{"kind": "BUILD", "source": "*", "destination": ""}],
              "assignedAt": "2026-01-01T00:00:00Z"}}
            """;

    private final AtomicInteger polls = new AtomicInteger();
    private final CountDownLatch idle = new CountDownLatch(1);

    public static void main(String[] args) throws IOException, InterruptedException {
        Path image = Path.of(args[0]).toAbsolutePath();
        Path cache = image.resolve("lib/penstock.aot");
        Path home = Files.createTempDirectory("penstock-aot");
        try {
            Files.deleteIfExists(cache);
            new MakeAot().make(image, Path.of(args[1]), cache, home);
        } catch (IOException e) {
            Files.deleteIfExists(cache);
            System.err.println("[WARNING] The archive has no AOT cache, and its agent needs more memory: " + e.getMessage());
        } finally {
            try (Stream<Path> all = Files.walk(home)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private void make(Path image, Path options, Path cache, Path home) throws IOException, InterruptedException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
        Files.createDirectories(home.resolve("config"));
        Files.writeString(
                home.resolve("config/penstock-agent.properties"),
                "server.url = http://127.0.0.1:" + server.getAddress().getPort() + "\n");
        Process agent = start(image, options, cache, home);
        try {
            if (!idle.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the agent did no job: " + Files.readString(home.resolve("out")));
            }
        } finally {
            agent.destroy();
            if (!agent.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                agent.destroyForcibly();
            }
            server.stop(0);
        }
        if (!Files.exists(cache)) {
            throw new IOException("no cache was written: " + Files.readString(home.resolve("out")));
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        String reply = path.endsWith("/registrations")
                ? "{\"state\":\"ENABLED\",\"retryAfterSeconds\":1,\"keyFingerprint\":\"x\"}"
                : path.endsWith("/token")
                        ? "{\"accessToken\":\"x\",\"expiresInSeconds\":900}"
                        : path.endsWith("/poll") ? poll() : "{\"cancel\":false,\"consoleLength\":0}";
        byte[] bytes = reply.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** One job; then nothing, a few times, as for an agent that waits. */
    private String poll() {
        int number = polls.incrementAndGet();
        if (number == 1) {
            return JOB;
        }
        if (number == 4) {
            idle.countDown();
        }
        return "{}";
    }

    private static Process start(Path image, Path options, Path cache, Path home) throws IOException {
        var command = new ArrayList<String>();
        command.add(image.resolve("runtime/bin/java").toString());
        Files.readAllLines(options).stream()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .forEach(command::add);
        // Profiles of a compiler that the agent does not use would only make the cache larger.
        command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining"));
        command.addAll(List.of("-XX:AOTCacheOutput=" + cache, "-Dpenstock.home=" + home, "-cp"));
        // In the order of the start script.
        try (Stream<Path> all = Files.list(image.resolve("lib"))) {
            command.add(all.filter(file -> file.toString().endsWith(".jar"))
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .map(Path::toString)
                    .collect(Collectors.joining(java.io.File.pathSeparator)));
        }
        command.addAll(List.of("dev.penstock.agent.Main", "run"));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out").toFile())
                .start();
    }
}

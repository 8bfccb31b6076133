package dev.penstock.plugins.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Serves bare repositories over HTTP by git's own http-backend, to the user alma with the password "open sesame". */
class GitHttp implements AutoCloseable {
    static final String USER = "alma";
    static final String PASSWORD = "open sesame";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Path root;
    private final boolean open;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> credentials = new CopyOnWriteArrayList<>();

    /** Asks for user and password. */
    static GitHttp closed(Path root) throws IOException {
        return new GitHttp(root, false);
    }

    /** Asks for nothing. */
    static GitHttp open(Path root) throws IOException {
        return new GitHttp(root, true);
    }

    GitHttp(Path root, boolean open) throws IOException {
        this.root = root;
        this.open = open;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** A server that gives the same answer to everything. */
    static GitHttp answering(int status, String header, String value) throws IOException {
        return new GitHttp(Path.of("/nowhere"), true) {
            @Override
            void answer(HttpExchange exchange) throws IOException {
                exchange.getResponseHeaders().add(header, value);
                exchange.sendResponseHeaders(status, -1);
            }
        };
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + path;
    }

    /** Methods and paths, in their order. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /** What was sent as Authorization. */
    List<String> credentials() {
        return List.copyOf(credentials);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                    .ifPresent(credentials::add);
            answer(exchange);
        }
    }

    void answer(HttpExchange exchange) throws IOException {
        String expected =
                "Basic " + Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        if (!open && !expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        var backend = new ProcessBuilder("git", "http-backend");
        var environment = backend.environment();
        environment.put("GIT_PROJECT_ROOT", root.toString());
        environment.put("GIT_HTTP_EXPORT_ALL", "1");
        environment.put("REQUEST_METHOD", exchange.getRequestMethod());
        environment.put("PATH_INFO", exchange.getRequestURI().getPath());
        put(environment, "QUERY_STRING", exchange.getRequestURI().getRawQuery());
        put(environment, "CONTENT_TYPE", exchange.getRequestHeaders().getFirst("Content-Type"));
        put(environment, "HTTP_CONTENT_ENCODING", exchange.getRequestHeaders().getFirst("Content-Encoding"));
        put(environment, "GIT_PROTOCOL", exchange.getRequestHeaders().getFirst("Git-Protocol"));
        Process process = backend.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var to = process.getOutputStream()) {
            exchange.getRequestBody().transferTo(to);
        }
        var cgi = new BufferedInputStream(process.getInputStream());
        int status = 200;
        for (String line = line(cgi); !line.isEmpty(); line = line(cgi)) {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon);
            String value = line.substring(colon + 1).strip();
            if (name.equals("Status")) {
                status = Integer.parseInt(value.substring(0, 3));
            } else {
                exchange.getResponseHeaders().add(name, value);
            }
        }
        exchange.sendResponseHeaders(status, 0);
        cgi.transferTo(exchange.getResponseBody());
    }

    private static void put(Map<String, String> environment, String name, @Nullable String value) {
        if (value != null) {
            environment.put(name, value);
        }
    }

    private static String line(InputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n' && b != -1; b = in.read()) {
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

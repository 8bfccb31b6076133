package dev.penstock.demo;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/** Serves the bare repositories of a folder over HTTP, to one user with a password, by git's own http-backend. */
public final class GitHttpServer implements AutoCloseable {
    private final HttpServer server;
    private final Path root;

    /** Starts on a free port of the loopback address. */
    public GitHttpServer(Path root, String user, String password) throws IOException {
        this.root = root;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle).setAuthenticator(new BasicAuthenticator("git") {
            @Override
            public boolean checkCredentials(String name, String word) {
                return name.equals(user) && word.equals(password);
            }
        });
        server.start();
    }

    /** The address of a repository in the folder. */
    public String url(String repository) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + repository;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var backend = new ProcessBuilder("git", "http-backend");
            var environment = backend.environment();
            environment.put("GIT_PROJECT_ROOT", root.toString());
            environment.put("GIT_HTTP_EXPORT_ALL", "1");
            environment.put("REQUEST_METHOD", exchange.getRequestMethod());
            environment.put("PATH_INFO", exchange.getRequestURI().getPath());
            environment.put("REMOTE_USER", exchange.getPrincipal().getUsername());
            putIfPresent(environment, "QUERY_STRING", exchange.getRequestURI().getRawQuery());
            putIfPresent(
                    environment, "CONTENT_TYPE", exchange.getRequestHeaders().getFirst("Content-Type"));
            putIfPresent(
                    environment,
                    "HTTP_CONTENT_ENCODING",
                    exchange.getRequestHeaders().getFirst("Content-Encoding"));
            putIfPresent(
                    environment, "GIT_PROTOCOL", exchange.getRequestHeaders().getFirst("Git-Protocol"));
            Process process =
                    backend.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            Thread sender = Thread.ofVirtual().start(() -> send(exchange.getRequestBody(), process.getOutputStream()));
            answer(new BufferedInputStream(process.getInputStream()), exchange);
            sender.join();
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void putIfPresent(
            java.util.Map<String, String> environment, String name, @org.jspecify.annotations.Nullable String value) {
        if (value != null) {
            environment.put(name, value);
        }
    }

    private static void send(InputStream from, OutputStream to) {
        try (to) {
            from.transferTo(to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Turns the CGI answer, header lines and then a body, into an HTTP one. */
    private static void answer(InputStream cgi, HttpExchange exchange) throws IOException {
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
    }
}

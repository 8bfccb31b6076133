package dev.penstock.core.http;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.AgentId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** The HTTP server alone with resources of a test, and a client that checks nothing. */
final class HttpFixture implements AutoCloseable {
    static final AgentId ALMA = new AgentId(UUID.fromString("00000000-0000-4000-8000-00000000a17a"));
    static final String TOKEN_OF_ALMA = "token-of-alma";

    /** All clients of a test are one address. */
    static final RequestLimits UNLIMITED = new RequestLimits(0, 0, 0);

    /** What was observed, as {@code GET /path/{id} 200}. */
    final List<String> observed = new CopyOnWriteArrayList<>();

    final HttpServer server;
    /** Its own threads are no platform threads, which tests count. */
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();

    HttpFixture(Database database, Resource... resources) {
        this(database, HttpLimits.STANDARD, resources);
    }

    HttpFixture(Database database, HttpLimits limits, Resource... resources) {
        this(database, new HttpServer(new HttpSettings("127.0.0.1", 0, null, UNLIMITED), limits), resources);
    }

    HttpFixture(Database database, RequestLimits limits, Resource... resources) {
        this(database, new HttpServer(new HttpSettings("127.0.0.1", 0, null, limits)), resources);
    }

    private HttpFixture(Database database, HttpServer server, Resource... resources) {
        this.server = server;
        try {
            server.open();
            server.start(needs(database, observed), List.of(resources));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static HttpServer.Needs needs(Database database, List<String> observed) {
        return new HttpServer.Needs(
                token -> token.equals(TOKEN_OF_ALMA) ? Optional.of(ALMA) : Optional.empty(),
                () -> new Contract(Map.of()),
                new Idempotency(database, (place, text) -> "sealed for " + place + ": " + text, HttpFixture::opened),
                (method, route, status, _) -> observed.add(method + " " + route + " " + status));
    }

    private static String opened(String place, String sealed) {
        String begin = "sealed for " + place + ": ";
        if (!sealed.startsWith(begin)) {
            throw new IllegalStateException("Not sealed for " + place + ": " + sealed);
        }
        return sealed.substring(begin.length());
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        try {
            return client.send(request(method, path, body, headers), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    HttpRequest request(String method, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(server.address().resolve(path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.build();
    }

    HttpClient client() {
        return client;
    }

    /** A connection on which a test writes what it likes. */
    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends bytes as they are and returns what comes until the server closes the connection. */
    String raw(String text) throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}

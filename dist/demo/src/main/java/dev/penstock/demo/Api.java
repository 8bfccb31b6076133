package dev.penstock.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** The server's REST API, as a script would use it. */
public final class Api {
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String server;

    /** @param server such as {@code http://127.0.0.1:8153} */
    public Api(String server) {
        this.server = server;
    }

    public JsonNode get(String path) throws IOException, InterruptedException {
        return answer(request(path).GET().build());
    }

    public JsonNode post(String path, String body) throws IOException, InterruptedException {
        return answer(request(path).POST(BodyPublishers.ofString(body)).build());
    }

    /** As {@link #post(String, String)}, with more headers. */
    public JsonNode post(String path, String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return send("POST", path, body, headers);
    }

    /** Any request with a body, and headers that are added to the usual ones or take their place. */
    public JsonNode send(String method, String path, String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        var request = request(path).method(method, BodyPublishers.ofString(body));
        headers.forEach(request::setHeader);
        return answer(request.build());
    }

    /** The body of an answer as it is. */
    public String text(String path) throws IOException, InterruptedException {
        var answer = http.send(request(path).GET().build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("GET " + path + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    /** Posts a text in YAML. */
    public JsonNode postYaml(String path, String yaml) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(ANSWER)
                .header("Content-Type", "application/yaml")
                .POST(BodyPublishers.ofString(yaml));
        return answer(request.build());
    }

    public JsonNode patch(String path, String body) throws IOException, InterruptedException {
        return answer(
                request(path).method("PATCH", BodyPublishers.ofString(body)).build());
    }

    /** Opens a stream of server-sent events. */
    public InputStream stream(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server + path))
                .header("Accept", "text/event-stream")
                .build();
        var answer = http.send(request, BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IOException("GET " + path + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    /** Whether the server says that it is ready. */
    public boolean isReady() throws InterruptedException {
        try {
            return http.send(request("/api/v1/health").GET().build(), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException _) {
            return false;
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path))
                .timeout(ANSWER)
                .header("Content-Type", "application/json");
    }

    private JsonNode answer(HttpRequest request) throws IOException, InterruptedException {
        var answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException(
                    request.method() + " " + request.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
    }
}

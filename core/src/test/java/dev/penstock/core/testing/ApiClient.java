package dev.penstock.core.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * The API as a program uses it. Each answer is checked against the contract: the operation, its status, its media type,
 * its body. Thread-safe.
 */
public final class ApiClient {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI server;

    public ApiClient(URI server) {
        this.server = server;
    }

    public Answer get(String path) {
        return request("GET", path).send();
    }

    public Answer post(String path, Object body) {
        return request("POST", path).json(body).send();
    }

    /** Posts nothing. */
    public Answer post(String path) {
        return request("POST", path).send();
    }

    public Answer put(String path, Object body) {
        return request("PUT", path).json(body).send();
    }

    public Answer patch(String path, Object body) {
        return request("PATCH", path).json(body).send();
    }

    public Answer delete(String path) {
        return request("DELETE", path).send();
    }

    public Request request(String method, String path) {
        return new Request(method, path);
    }

    /** A request that is not finished yet. */
    public final class Request {
        private final String method;
        private final String path;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private BodyPublisher body = BodyPublishers.noBody();

        private Request(String method, String path) {
            this.method = method;
            this.path = path;
        }

        public Request header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        /** A value that is written as JSON, or text that is JSON already. */
        public Request json(Object value) {
            try {
                return body(
                        "application/json",
                        value instanceof String text ? text : Json.STRICT.writeValueAsString(value));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(e);
            }
        }

        public Request body(String mediaType, String text) {
            body = BodyPublishers.ofString(text);
            return header("Content-Type", mediaType);
        }

        public Request bytes(String mediaType, byte[] bytes) {
            body = BodyPublishers.ofByteArray(bytes);
            return header("Content-Type", mediaType);
        }

        public Answer send() {
            HttpResponse<byte[]> response = exchange(BodyHandlers.ofByteArray());
            var answer = new Answer(method + " " + path, response.statusCode(), response.headers(), response.body());
            ApiContract.check(method, path, answer);
            return answer;
        }

        /** The answer's body as it comes, for streams; only the status is checked. */
        public InputStream open() {
            HttpResponse<InputStream> response = exchange(BodyHandlers.ofInputStream());
            Assertions.assertThat(response.statusCode()).as(method + " " + path).isEqualTo(200);
            return response.body();
        }

        private <T> HttpResponse<T> exchange(HttpResponse.BodyHandler<T> handler) {
            HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path))
                    .timeout(PATIENCE)
                    .method(method, body);
            headers.forEach(request::header);
            try {
                return http.send(request.build(), handler);
            } catch (IOException e) {
                throw new UncheckedIOException(method + " " + path, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** What the server answered, which agrees with the contract. */
    public static final class Answer {
        private final String request;
        private final int status;
        private final HttpHeaders headers;
        private final byte[] bytes;

        private Answer(String request, int status, HttpHeaders headers, byte[] bytes) {
            this.request = request;
            this.status = status;
            this.headers = headers;
            this.bytes = bytes;
        }

        public String request() {
            return request;
        }

        public int status() {
            return status;
        }

        public byte[] bytes() {
            return bytes.clone();
        }

        /** The body as JSON. */
        public JsonNode json() {
            try {
                return Json.STRICT.readTree(bytes);
            } catch (IOException e) {
                throw new AssertionError(request + " answered no JSON: " + text(), e);
            }
        }

        /** The body as a record. */
        public <T> T as(Class<T> type) {
            try {
                return Json.STRICT.readValue(bytes, type);
            } catch (IOException e) {
                throw new AssertionError(request + " answered no " + type.getSimpleName() + ": " + text(), e);
            }
        }

        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        public @Nullable String header(String name) {
            return headers.firstValue(name).orElse(null);
        }

        /** The answer itself, if it has this status; fails otherwise, with the body. */
        public Answer expect(int expected) {
            Assertions.assertThat(status).as(request + " answered " + text()).isEqualTo(expected);
            return this;
        }

        /** The answer itself, if it is a problem with this code. */
        public Answer expectProblem(int expected, String code) {
            expect(expected);
            Assertions.assertThat(json().path("code").asText()).as(text()).isEqualTo(code);
            return this;
        }
    }
}

package dev.penstock.core.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.testing.WithDatabase;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpServerTest {
    private final Database database;
    private final Probe probe = new Probe();
    private final HttpFixture http;

    HttpServerTest(Database database) {
        this.database = database;
        this.http = new HttpFixture(database, probe);
    }

    @AfterAll
    void stop() {
        http.close();
    }

    /** Routes that do what a test needs. */
    private static final class Probe implements Resource {
        private final List<CompletableFuture<String>> parked = new CopyOnWriteArrayList<>();

        private record Named(String name, int count) {}

        @Override
        public void addTo(JavalinDefaultRoutingApi routes) {
            routes.get("/api/v1/who", ctx -> ctx.result(Caller.of(ctx).name()), Access.VIEWER);
            routes.get("/api/v1/things/{id}", ctx -> ctx.result(ctx.pathParam("id")), Access.VIEWER);
            routes.get("/agent/v1/who", ctx -> ctx.result(Caller.of(ctx).name()), Access.AGENT);
            routes.post("/api/v1/named", ctx -> ctx.json(ctx.bodyAsClass(Named.class)), Access.EDITOR);
            routes.put("/api/v1/bytes", Probe::count, Access.EDITOR);
            routes.get("/api/v1/parked", this::park, Access.VIEWER);
            routes.get("/api/v1/bug", _ -> fail(new IllegalStateException("the inside")), Access.VIEWER);
            routes.get("/api/v1/deep", _ -> overflow(0), Access.VIEWER);
            routes.get("/api/v1/refused", _ -> refuse(), Access.VIEWER);
            routes.get("/api/v1/versioned", Probe::versioned, Access.VIEWER);
            routes.put("/api/v1/versioned", ctx -> ETags.requireMatch(ctx, "7"), Access.EDITOR);
        }

        private static void fail(RuntimeException e) {
            throw e;
        }

        @SuppressWarnings("InfiniteRecursion") // that is the point
        private static int overflow(int depth) {
            return overflow(depth + 1) + 1;
        }

        private static void refuse() {
            throw new PenstockException(ErrorCode.PAUSED, "Pipeline \"deploy\" is paused");
        }

        private static void count(Context ctx) throws IOException {
            ctx.result(Long.toString(ctx.bodyInputStream().transferTo(OutputStream.nullOutputStream())));
        }

        private void park(Context ctx) {
            var answer = new CompletableFuture<String>();
            parked.add(answer);
            ctx.future(() -> answer.thenAccept(ctx::result));
        }

        private static void versioned(Context ctx) {
            if (!ETags.isKnown(ctx, "7")) {
                ctx.result("seven");
            }
        }
    }

    @Test
    void aRequestThatCannotBeDoneIsAProblem() {
        HttpResponse<String> answer = http.get("/api/v1/refused");

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(json(answer).path("code").asText()).isEqualTo("paused");
        assertThat(json(answer).path("title").asText()).isEqualTo("Conflict");
        assertThat(json(answer).path("detail").asText()).isEqualTo("Pipeline \"deploy\" is paused");
        assertThat(json(answer).path("trace_id").asText()).matches("[0-9a-f]{32}");
    }

    @Test
    void theTraceIdOfTheCallerIsKept() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";

        HttpResponse<String> answer =
                http.get("/api/v1/refused", "traceparent", "00-" + trace + "-00f067aa0ba902b7-01");

        assertThat(json(answer).path("trace_id").asText()).isEqualTo(trace);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/bug", "/api/v1/deep"})
    void aBugShowsNothingOfItsInside(String path) {
        HttpResponse<String> answer = http.get(path);

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body())
                .doesNotContain("inside")
                .doesNotContain("java")
                .doesNotContain("penstock");
    }

    @Test
    void whatIsNotThereAndWhatIsNotAllowedAreTold() {
        assertThat(json(http.get("/api/v1/nothing")).path("code").asText()).isEqualTo("not_found");

        HttpResponse<String> answer = http.send("DELETE", "/api/v1/named", "");

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(json(answer).path("code").asText()).isEqualTo("method_not_allowed");
        assertThat(answer.headers().firstValue("Allow")).hasValue("POST");
    }

    @Test
    void peopleAreLocalUntilTheyCanLogIn() {
        assertThat(http.get("/api/v1/who").body()).isEqualTo("local");
    }

    @Test
    void anAgentIsWhoItsTokenSays() {
        HttpResponse<String> answer = http.get("/agent/v1/who", "Authorization", "Bearer " + HttpFixture.TOKEN_OF_ALMA);

        assertThat(answer.body()).isEqualTo("agent " + HttpFixture.ALMA.value());
    }

    @Test
    void withoutAGoodTokenNobodyIsAnAgent() {
        assertThat(http.get("/agent/v1/who").statusCode()).isEqualTo(401);
        assertThat(http.get("/agent/v1/who", "Authorization", "Bearer wrong").statusCode())
                .isEqualTo(401);
        assertThat(http.get("/agent/v1/who", "Authorization", HttpFixture.TOKEN_OF_ALMA)
                        .statusCode())
                .isEqualTo(401);
        String good = "Bearer " + HttpFixture.TOKEN_OF_ALMA;
        assertThat(http.get("/agent/v1/who", "Authorization", good, "Authorization", "Bearer of.bruno")
                        .statusCode())
                .as("two credentials")
                .isEqualTo(401);
    }

    @Test
    void anAgentMayNotDoWhatPeopleDo() {
        HttpResponse<String> answer = http.get("/api/v1/who", "Authorization", "Bearer " + HttpFixture.TOKEN_OF_ALMA);

        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void aRouteWithoutAccessKeepsTheServerFromStarting() {
        Resource careless = routes -> routes.get("/api/v1/open", ctx -> ctx.result("all"));

        assertThatThrownBy(() -> new HttpFixture(database, careless).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GET /api/v1/open");
    }

    @Test
    void aNameThatIsNotOursIsMisdirected() throws IOException {
        String answer = http.raw("GET /api/v1/who HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 421").contains("\"misdirected\"");
    }

    @Test
    void aPageOfAnotherSiteChangesNothing() {
        String body = "{\"name\":\"n\",\"count\":1}";
        String own = "http://127.0.0.1:" + http.server.port();

        assertThat(http.send("POST", "/api/v1/named", body, "Origin", "https://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(http.send("POST", "/api/v1/named", body, "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(http.send("POST", "/api/v1/named", body, "Origin", own, "Sec-Fetch-Site", "same-origin")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void browsersAreToldToTrustNothing() {
        var headers = http.get("/api/v1/who").headers();

        assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(headers.firstValue("Content-Security-Policy").orElse("")).contains("default-src 'none'");
        assertThat(headers.firstValue("Cache-Control")).hasValue("no-store");
        assertThat(headers.firstValue("Server")).isEmpty();
        assertThat(headers.firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void aBodyThatIsNoJsonTellsWhere() {
        HttpResponse<String> answer = http.send("POST", "/api/v1/named", "{\"name\": \"n\",\n oops}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/errors/0/line").asInt()).isEqualTo(2);
    }

    @Test
    void aFieldOfTheWrongKindTellsWhere() {
        HttpResponse<String> answer = http.send("POST", "/api/v1/named", "{\"name\": \"n\", \"count\": \"many\"}");

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(json(answer).at("/errors/0/pointer").asText()).isEqualTo("/count");
        assertThat(answer.body()).doesNotContain("java.").doesNotContain("Probe");
    }

    @Test
    void anEmptyBodyIsRefused() {
        assertThat(http.send("POST", "/api/v1/named", "").statusCode()).isEqualTo(400);
        assertThat(http.send("POST", "/api/v1/named", "null").statusCode()).isEqualTo(422);
    }

    @Test
    void jsonHasALimitAndAStreamHasItsOwn() {
        String large = "{\"name\":\"" + "x".repeat(1 << 20) + "\",\"count\":1}";

        assertThat(http.send("POST", "/api/v1/named", large).statusCode()).isEqualTo(413);
        assertThat(http.send("PUT", "/api/v1/bytes", large).body()).isEqualTo(Integer.toString(large.length()));
    }

    @Test
    void whoKnowsTheVersionIsNotSentItAgain() {
        HttpResponse<String> first = http.get("/api/v1/versioned");
        String tag = first.headers().firstValue("ETag").orElse("");

        assertThat(tag).isEqualTo("\"7\"");
        assertThat(http.get("/api/v1/versioned", "If-None-Match", "\"6\", " + tag)
                        .statusCode())
                .isEqualTo(304);
        assertThat(http.get("/api/v1/versioned", "If-None-Match", "\"6\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aWriteHasToNameTheVersionThatWasSeen() {
        assertThat(http.send("PUT", "/api/v1/versioned", "").statusCode()).isEqualTo(428);
        assertThat(http.send("PUT", "/api/v1/versioned", "", "If-Match", "\"6\"")
                        .statusCode())
                .isEqualTo(412);
        assertThat(http.send("PUT", "/api/v1/versioned", "", "If-Match", "\"7\"")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void fiveHundredLongPollsHoldNoThreadAndAllAreAnswered() {
        int before = threads();
        List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            polls.add(http.client().sendAsync(http.request("GET", "/api/v1/parked", ""), BodyHandlers.ofString()));
        }
        await("all polls are parked", () -> probe.parked.size() == 500);
        int more = threads() - before;

        probe.parked.forEach(poll -> poll.complete("work"));

        assertThat(more).as("more threads while all wait").isLessThan(60);
        polls.forEach(poll -> assertThat(poll.join().body()).isEqualTo("work"));
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    @Test
    void aThousandClientsThatComeWhileTheServerStartsAreAllAnswered() throws IOException {
        try (var starting = new HttpServer(new HttpSettings("127.0.0.1", 0, null, HttpFixture.UNLIMITED))) {
            starting.open();
            List<Socket> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 1000; i++) {
                    var client = new Socket();
                    clients.add(client);
                    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), starting.port()), 5000);
                    client.setSoTimeout(20_000);
                    client.getOutputStream()
                            .write("GET /api/v1/who HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
                }

                starting.start(HttpFixture.needs(database, new ArrayList<>()), List.of(probe));

                for (Socket client : clients) {
                    assertThat(new String(client.getInputStream().readNBytes(12), US_ASCII))
                            .isEqualTo("HTTP/1.1 200");
                }
            } finally {
                for (Socket client : clients) {
                    client.close();
                }
            }
        }
    }

    @Test
    void fiveHundredSlowBodiesDelayNobody() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                Socket socket = http.connect();
                slow.add(socket);
                String head = "PUT /api/v1/bytes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx";
                socket.getOutputStream().write(head.getBytes(US_ASCII));
            }

            long begin = System.nanoTime();
            HttpResponse<String> answer = http.get("/api/v1/who");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/%2e%2e/who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /api/v1/who HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
                "NONSENSE\r\n\r\n"
            })
    void whatIsNoWellFormedRequestIsAProblemToo(String request) throws IOException {
        String answer = http.raw(request);

        assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("<html").doesNotContain("etty");
    }

    @Test
    void headersThatAreTooLargeAreRefused() throws IOException {
        String answer = http.raw("GET /api/v1/who HTTP/1.1\r\nHost: localhost\r\nX-Large: " + "x".repeat(20_000)
                + "\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 431").doesNotContain("<html");
    }

    @Test
    void headIsAnsweredAsGetWithoutItsBody() {
        HttpResponse<String> good = http.send("HEAD", "/api/v1/who", "");
        HttpResponse<String> refused = http.send("HEAD", "/api/v1/refused", "");

        assertThat(good.statusCode()).isEqualTo(200);
        assertThat(good.headers().firstValue("Content-Length")).hasValue("5");
        assertThat(good.body()).isEmpty();
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(http.send("HEAD", "/agent/v1/who", "").statusCode()).isEqualTo(401);
        assertThat(http.send("HEAD", "/api/v1/named", "").statusCode()).isEqualTo(405);
    }

    @Test
    void observersHearTheTemplateAndNotThePath() {
        http.get("/api/v1/things/17");
        http.get("/api/v1/unknown-thing");

        await("both are observed", () -> http.observed.contains("GET /api/v1/things/{id} 200"));
        await("both are observed", () -> http.observed.contains("GET none 404"));
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return Json.STRICT.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(answer.body(), e);
        }
    }
}

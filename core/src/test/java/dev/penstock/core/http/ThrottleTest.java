package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.testing.Eventually;
import dev.penstock.core.testing.WithDatabase;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What becomes of callers that ask too much (C-22). */
@WithDatabase
class ThrottleTest {
    private static final String ALMA = "Bearer " + HttpFixture.TOKEN_OF_ALMA;

    private final Database database;
    private final List<CompletableFuture<String>> parked = new CopyOnWriteArrayList<>();

    ThrottleTest(Database database) {
        this.database = database;
    }

    private HttpFixture server(RequestLimits limits) {
        return new HttpFixture(database, limits, this::routes);
    }

    private void routes(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/who", ctx -> ctx.result("you"), Access.VIEWER);
        routes.get(
                "/api/v1/parked",
                ctx -> {
                    var answer = new CompletableFuture<String>();
                    parked.add(answer);
                    ctx.future(() -> answer.thenAccept(ctx::result));
                },
                Access.VIEWER);
        routes.post("/agent/v1/poll", ctx -> ctx.result("nothing"), Access.AGENT);
        routes.post("/agent/v1/jobs/{id}/report", ctx -> ctx.result("go on"), Access.AGENT);
        routes.put("/agent/v1/blobs/{sha}", ctx -> ctx.result("kept"), Access.AGENT);
        routes.post("/agent/v1/token", ctx -> ctx.result("a token"), Access.PUBLIC);
    }

    private static int refusalAmong(HttpFixture http, int most, String method, String path, String... headers) {
        for (int i = 1; i <= most; i++) {
            HttpResponse<String> answer = http.send(method, path, method.equals("GET") ? "" : "{}", headers);
            if (answer.statusCode() == 429) {
                assertRefusal(answer);
                return i;
            }
        }
        return 0;
    }

    private static void assertRefusal(HttpResponse<String> answer) {
        JsonNode problem = json(answer);
        assertThat(problem.path("code").asText()).isEqualTo("too_many_requests");
        assertThat(problem.path("detail").asText()).contains("try again in 1 s");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }

    @Test
    void anAddressThatAsksTooOftenIsToldToWaitAndIsHeardAgain() {
        try (var http = server(new RequestLimits(2, 0, 0))) {
            assertThat(refusalAmong(http, 20, "GET", "/api/v1/who")).isGreaterThanOrEqualTo(5);
            assertThat(http.server.refusals()).containsEntry("people", 1L);

            Eventually.until(() -> http.get("/api/v1/who").statusCode() == 200);
        }
    }

    @Test
    void whatIsNotThereCountsAsWell() {
        try (var http = server(new RequestLimits(2, 0, 0))) {
            assertThat(refusalAmong(http, 20, "GET", "/api/v1/nothing")).isGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void onlySoManyAreUnderWayOfOneAddressAndAnEndMakesRoom() {
        try (var http = server(new RequestLimits(0, 2, 0))) {
            List<CompletableFuture<HttpResponse<String>>> waiting = List.of(begin(http), begin(http));
            Eventually.until(() -> parked.size() == 2);

            assertRefusal(http.get("/api/v1/who"));

            parked.removeFirst().complete("one");
            assertThat(CompletableFuture.anyOf(waiting.toArray(CompletableFuture[]::new))
                            .join())
                    .isNotNull();
            Eventually.until(() -> http.get("/api/v1/who").statusCode() == 200);
            parked.removeFirst().complete("two");
        }
    }

    private static CompletableFuture<HttpResponse<String>> begin(HttpFixture http) {
        return http.client().sendAsync(http.request("GET", "/api/v1/parked", ""), BodyHandlers.ofString());
    }

    @Test
    void anAgentThatUploadsTooMuchStillRenewsItsLease() {
        try (var http = server(new RequestLimits(0, 0, 5))) {
            assertThat(refusalAmong(http, 50, "PUT", "/agent/v1/blobs/abc", "Authorization", ALMA))
                    .isPositive();

            assertThat(http.send("POST", "/agent/v1/jobs/7/report", "{}", "Authorization", ALMA)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(http.send("POST", "/agent/v1/poll", "{}", "Authorization", ALMA)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void whoGuessesTokensIsSlowedAndAgentsAtTheSameAddressAreNot() {
        try (var http = server(new RequestLimits(10, 0, 5))) {
            assertThat(refusalAmong(http, 500, "POST", "/agent/v1/poll", "Authorization", "Bearer guessed"))
                    .isGreaterThan(20);

            assertThat(http.send("POST", "/agent/v1/poll", "{}", "Authorization", ALMA)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(http.send("POST", "/agent/v1/token", "{}").statusCode()).isEqualTo(200);
            assertThat(http.get("/api/v1/who").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void peopleDoNotKeepAgentsFromComing() {
        try (var http = server(new RequestLimits(2, 0, 2))) {
            assertThat(refusalAmong(http, 20, "GET", "/api/v1/who")).isPositive();

            assertThat(http.send("POST", "/agent/v1/token", "{}").statusCode()).isEqualTo(200);
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

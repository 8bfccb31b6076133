package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.testing.WithDatabase;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What ties an answer to the log. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestIdsTest {
    private final HttpFixture http;
    private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            lines.add(event);
        }
    };

    RequestIdsTest(Database database) {
        http = new HttpFixture(database, RequestIdsTest::routes);
    }

    @AfterAll
    void stop() {
        http.close();
    }

    @BeforeEach
    void listen() {
        appender.start();
        root().addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        root().detachAppender(appender);
        lines.clear();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static void routes(JavalinDefaultRoutingApi routes) {
        routes.get(
                "/api/v1/noted",
                ctx -> {
                    LoggerFactory.getLogger("some.part").warn("noted {}", ctx.queryParam("n"));
                    ctx.result("done");
                },
                Access.VIEWER);
        routes.get(
                "/api/v1/bug",
                ctx -> {
                    throw new IllegalStateException("the inside");
                },
                Access.VIEWER);
        routes.get("/api/v1/deep", ctx -> ctx.result(Integer.toString(deep(0))), Access.VIEWER);
        routes.get(
                "/api/v1/late-bug",
                ctx -> ctx.future(() -> CompletableFuture.supplyAsync(() -> {
                    throw new IllegalStateException("the inside");
                })),
                Access.VIEWER);
        routes.get(
                "/api/v1/stream",
                ctx -> EventStream.open(ctx, stream -> {
                    LoggerFactory.getLogger("some.part").warn("streaming");
                }),
                Access.VIEWER);
    }

    @SuppressWarnings("InfiniteRecursion") // that is the point
    private static int deep(int depth) {
        return deep(depth + 1) + 1;
    }

    private static String id(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Request-Id").orElseThrow();
    }

    private List<String> idsOf(String message) {
        return lines.stream()
                .filter(line -> line.getFormattedMessage().equals(message))
                .map(line -> line.getMDCPropertyMap().getOrDefault("request", "none"))
                .toList();
    }

    @Test
    void everyRequestHasAnIdOfItsOwnAndItsLinesHaveIt() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            String id = id(http.get("/api/v1/noted?n=" + i));
            assertThat(id).matches("[0-9a-f]{32}");
            assertThat(idsOf("noted " + i)).containsExactly(id);
            ids.add(id);
        }

        assertThat(ids).hasSize(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/bug", "/api/v1/deep", "/api/v1/late-bug"})
    void aFailureSaysUnderWhichIdTheLogKnowsIt(String path) {
        HttpResponse<String> answer = http.get(path);

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("\"trace_id\":\"" + id(answer) + "\"");
        assertThat(idsOf("A request failed")).containsExactly(id(answer));
    }

    @Test
    void linesOfAStreamHaveTheIdOfItsRequest() {
        HttpResponse<String> answer = http.get("/api/v1/stream");

        assertThat(idsOf("streaming")).containsExactly(id(answer));
    }

    @Test
    void theTraceOfTheCallerIsTheId() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";

        assertThat(id(http.get("/api/v1/noted", "traceparent", "00-" + trace + "-00f067aa0ba902b7-01")))
                .isEqualTo(trace);
        assertThat(id(http.get("/api/v1/noted", "traceparent", "00-" + trace + " ERROR a line of the caller's-01")))
                .isNotEqualTo(trace)
                .matches("[0-9a-f]{32}");
    }

    @Test
    void whatIsRefusedBeforeAnyRouteHasOneToo() throws IOException {
        assertThat(id(http.get("/api/v1/nothing"))).matches("[0-9a-f]{32}");
        String answer = http.raw("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400");
        String id = answer.replaceFirst("(?s).*X-Request-Id: ([0-9a-f]{32}).*", "$1");
        assertThat(answer).contains("\"trace_id\":\"" + id + "\"");
    }
}

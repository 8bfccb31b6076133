package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.testing.WithDatabase;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@WithDatabase
class EventStreamTest {
    private final BlockingQueue<String> feed = new ArrayBlockingQueue<>(10_000);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final HttpFixture http;

    EventStreamTest(Database database) {
        // A stream must not depend on a timeout that is longer than its heartbeat.
        http = new HttpFixture(
                database, new HttpLimits(2000, Duration.ofSeconds(1), Duration.ofSeconds(5)), new Feed());
    }

    @AfterEach
    void stop() {
        http.close();
    }

    private final class Feed implements Resource {
        @Override
        public void addTo(JavalinDefaultRoutingApi routes) {
            routes.get("/api/v1/feed", this::stream, Access.VIEWER);
            routes.get(
                    "/api/v1/short",
                    ctx -> EventStream.open(ctx, stream -> stream.send("1", "only", "")),
                    Access.VIEWER);
        }

        private void stream(Context ctx) {
            EventStream.open(ctx, stream -> {
                try {
                    stream.send(null, "begin", stream.lastEventId().orElse("nothing seen"));
                    for (int id = 1; ; id++) {
                        stream.send(Integer.toString(id), "word", feed.take());
                    }
                } finally {
                    ended.countDown();
                }
            });
        }
    }

    @Test
    void eventsArriveWhileTheyHappenWithIdNameAndAllTheirLines() throws IOException {
        try (Socket socket = open("/api/v1/feed", "")) {
            BufferedReader lines = reader(socket);
            skipTo(lines, "event: begin");

            feed.add("one\ntwo");

            skipTo(lines, "id: 1");
            assertThat(lines.readLine()).isEqualTo("event: word");
            assertThat(lines.readLine()).isEqualTo("data: one");
            assertThat(lines.readLine()).isEqualTo("data: two");
        }
    }

    @Test
    void aClientThatComesAgainSaysWhereItWas() throws IOException {
        try (Socket socket = open("/api/v1/feed", "Last-Event-ID: 41\r\n")) {
            BufferedReader lines = reader(socket);

            skipTo(lines, "event: begin");

            assertThat(lines.readLine()).isEqualTo("data: 41");
        }
    }

    @Test
    void aStreamThatIsOverEndsTheAnswer() {
        HttpResponse<String> answer = http.get("/api/v1/short");

        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream;charset=utf-8");
        assertThat(answer.body()).endsWith("id: 1\nevent: only\ndata:\n\n");
    }

    @Test
    void aClientThatIsGoneIsNoticedByTheNextWrites() throws IOException, InterruptedException {
        Socket socket = open("/api/v1/feed", "");
        skipTo(reader(socket), "event: begin");

        socket.close();
        feed.add("nobody reads");
        feed.add("this either");

        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        await("its place is free", () -> http.server.streams() == 0);
    }

    @Test
    void whenTheServerStopsItsStreamsEnd() throws IOException, InterruptedException {
        try (Socket socket = open("/api/v1/feed", "")) {
            skipTo(reader(socket), "event: begin");
            long begin = System.nanoTime();

            http.close();

            assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void headOfAStreamOpensNone() {
        HttpResponse<String> answer = http.send("HEAD", "/api/v1/feed", "");

        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream;charset=utf-8");
        assertThat(http.server.streams()).isZero();
        assertThat(ended.getCount()).isEqualTo(1);
    }

    @Test
    void thereAreSoManyStreamsAndNoMore() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < EventStreams.MAX_STREAMS; i++) {
                sockets.add(open("/api/v1/feed", ""));
            }
            await("all are open", () -> http.server.streams() == EventStreams.MAX_STREAMS);

            HttpResponse<String> answer = http.get("/api/v1/feed");

            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private Socket open(String path, String headers) throws IOException {
        Socket socket = http.connect();
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void skipTo(BufferedReader lines, String wanted) throws IOException {
        String line = lines.readLine();
        while (!wanted.equals(line)) {
            assertThat(line).as("before \"" + wanted + "\"").isNotNull();
            line = lines.readLine();
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.testing.WithDatabase;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How long the server waits for a client, with limits that a test can sit out. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PatienceTest {
    private static final Duration IDLE = Duration.ofMillis(700);
    private static final Duration GRACE = Duration.ofMillis(300);

    private final HttpFixture http;

    PatienceTest(Database database) {
        http = new HttpFixture(database, new HttpLimits(40, IDLE, GRACE), new Slow());
    }

    @AfterAll
    void stop() {
        http.close();
    }

    private static final class Slow implements Resource {
        @Override
        public void addTo(JavalinDefaultRoutingApi routes) {
            routes.get("/api/v1/poll", Slow::poll, Access.VIEWER);
            routes.put("/api/v1/bytes", Slow::count, Access.EDITOR);
        }

        private static void poll(Context ctx) {
            var later =
                    new CompletableFuture<Void>().completeOnTimeout(null, 3 * IDLE.toMillis(), TimeUnit.MILLISECONDS);
            ctx.future(() -> later.thenRun(() -> ctx.result("late")));
        }

        private static void count(Context ctx) throws IOException {
            ctx.result(Long.toString(ctx.bodyInputStream().transferTo(OutputStream.nullOutputStream())));
        }
    }

    @Test
    void aParkedPollOutlivesTheIdleTimeout() {
        assertThat(http.get("/api/v1/poll").body()).isEqualTo("late");
    }

    @Test
    void aBodyThatTricklesIsRefused() throws IOException, InterruptedException {
        try (Socket socket = begin(100_000)) {
            OutputStream out = socket.getOutputStream();
            long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
            while (socket.getInputStream().available() == 0 && System.nanoTime() < deadline) {
                out.write('x');
                out.flush();
                Thread.sleep(20); // the pace of the sender, not a wait for anything
            }

            String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);

            assertThat(answer).startsWith("HTTP/1.1 ").doesNotContain(" 200");
        }
    }

    @Test
    void aSenderThatFallsSilentIsCutOff() throws IOException {
        try (Socket socket = begin(1000)) {
            long begin = System.nanoTime();

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer).doesNotContain(" 200");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        }
    }

    private Socket begin(int length) throws IOException {
        Socket socket = http.connect();
        String head = "PUT /api/v1/bytes HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\nx";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}

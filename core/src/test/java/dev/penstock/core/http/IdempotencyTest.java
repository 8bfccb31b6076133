package dev.penstock.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.testing.WithDatabase;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdempotencyTest {
    private final Database database;
    private final Maker maker;
    private final HttpFixture http;

    IdempotencyTest(Database database) {
        this.database = database;
        this.maker = new Maker(database);
        database.useTransaction(tx -> tx.execute("CREATE TABLE thing (n integer)"));
        this.http = new HttpFixture(database, maker);
    }

    @AfterAll
    void stop() {
        http.close();
    }

    /** Counts what it makes. */
    private static final class Maker implements Resource {
        private final AtomicInteger made = new AtomicInteger();
        private final CountDownLatch slow = new CountDownLatch(1);
        private final CountDownLatch begun = new CountDownLatch(1);
        private final AtomicBoolean broken = new AtomicBoolean();
        private final AtomicBoolean killed = new AtomicBoolean();
        private final Database database;

        private Maker(Database database) {
            this.database = database;
        }

        @Override
        public void addTo(JavalinDefaultRoutingApi routes) {
            routes.post("/api/v1/things", this::make, Access.EDITOR);
            routes.post("/api/v1/later", this::later, Access.EDITOR);
            routes.post("/api/v1/refused", _ -> refuse(ErrorCode.PAUSED), Access.EDITOR);
            routes.post("/api/v1/away", _ -> refuse(ErrorCode.UNAVAILABLE), Access.EDITOR);
            routes.post("/api/v1/slow", this::slow, Access.EDITOR);
            routes.post("/api/v1/rows", this::insert, Access.EDITOR);
        }

        private void insert(Context ctx) {
            database.useTransaction(
                    tx -> tx.execute("INSERT INTO thing VALUES (" + ctx.body().replaceAll("\\D", "") + ")"));
            if (broken.get()) {
                throw new PenstockException(ErrorCode.UNAVAILABLE, "Not now");
            }
            if (killed.get()) {
                // To the database a server that is killed is a connection that ends.
                database.read(handle -> handle.createQuery("SELECT pg_terminate_backend(pg_backend_pid())")
                        .mapTo(Boolean.class)
                        .one());
            }
            make(ctx);
        }

        private void make(Context ctx) {
            int number = made.incrementAndGet();
            ctx.status(201).header("Location", "/api/v1/things/" + number).json(Map.of("number", number));
        }

        private void later(Context ctx) {
            int number = made.incrementAndGet();
            ctx.future(() -> CompletableFuture.supplyAsync(() -> number)
                    .thenAccept(done -> ctx.status(202).json(Map.of("number", done))));
        }

        private void refuse(ErrorCode code) {
            made.incrementAndGet();
            throw new PenstockException(code, "Not now");
        }

        private void slow(Context ctx) throws InterruptedException {
            begun.countDown();
            slow.await();
            make(ctx);
        }
    }

    @Test
    void theSecondRequestGetsTheAnswerOfTheFirst() {
        HttpResponse<String> first = post("/api/v1/things", "{\"a\":1}", "key-1");
        int made = maker.made.get();

        HttpResponse<String> second = post("/api/v1/things", "{\"a\":1}", "key-1");

        assertThat(maker.made).hasValue(made);
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.headers().firstValue("Location"))
                .isEqualTo(first.headers().firstValue("Location"));
        assertThat(second.headers().firstValue("Content-Type"))
                .isEqualTo(first.headers().firstValue("Content-Type"));
        assertThat(second.headers().firstValue("Idempotent-Replayed")).hasValue("true");
    }

    @Test
    void anAnswerIsNotStoredInClear() {
        post("/api/v1/things", "{}", "key-9");

        var key = new IdempotencyStore.RequestKey("local", "key-9");
        Optional<IdempotencyStore.Known> known = database.read(handle -> IdempotencyStore.find(handle, key));

        assertThat(known.map(IdempotencyStore.Known::answer).map(IdempotencyStore.Stored::body))
                .hasValueSatisfying(body -> assertThat(body).startsWith("sealed for idempotency/local/key-9: "));
    }

    @Test
    void anAnswerThatCameLaterIsKeptToo() {
        HttpResponse<String> first = post("/api/v1/later", "{}", "key-2");

        HttpResponse<String> second = post("/api/v1/later", "{}", "key-2");

        assertThat(second.statusCode()).isEqualTo(202);
        assertThat(second.body()).isEqualTo(first.body());
    }

    @Test
    void aKeyIsGoodForOneRequestOnly() {
        post("/api/v1/things", "{\"a\":1}", "key-3");

        assertThat(post("/api/v1/things", "{\"a\":2}", "key-3").statusCode()).isEqualTo(422);
        assertThat(post("/api/v1/later", "{\"a\":1}", "key-3").statusCode()).isEqualTo(422);
        assertThat(post("/api/v1/things?b=1", "{\"a\":1}", "key-3").statusCode())
                .isEqualTo(422);
    }

    @Test
    void withoutAKeyEveryRequestCounts() {
        int made = maker.made.get();

        http.send("POST", "/api/v1/things", "{}");
        http.send("POST", "/api/v1/things", "{}");

        assertThat(maker.made).hasValue(made + 2);
    }

    @Test
    void aRefusalIsAnAnswerAndAFailureOfOursIsNot() {
        int made = maker.made.get();

        post("/api/v1/refused", "{}", "key-4");
        post("/api/v1/refused", "{}", "key-4");
        assertThat(maker.made).hasValue(made + 1);

        post("/api/v1/away", "{}", "key-5");
        post("/api/v1/away", "{}", "key-5");
        assertThat(maker.made).hasValue(made + 3);
    }

    @Test
    void aRequestUnderWayIsNotDoneTwice() throws InterruptedException {
        CompletableFuture<HttpResponse<String>> first = http.client()
                .sendAsync(
                        http.request("POST", "/api/v1/slow", "{}", "Idempotency-Key", "key-6"),
                        BodyHandlers.ofString());
        maker.begun.await();

        HttpResponse<String> second = post("/api/v1/slow", "{}", "key-6");
        maker.slow.countDown();

        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(first.join().statusCode()).isEqualTo(201);
    }

    @Test
    void whatARequestDoesAndItsAnswerAreOneTransaction() {
        post("/api/v1/rows", "{\"n\":1}", "key-7");

        assertThat(one("SELECT (SELECT xmin::text FROM thing WHERE n = 1)"
                        + " = (SELECT xmin::text FROM idempotency WHERE key = 'key-7')"))
                .isEqualTo("t");
    }

    @Test
    void aRequestThatFailsHalfWayHasDoneNothingAndCanBeRepeatedAtOnce() {
        maker.broken.set(true);
        HttpResponse<String> first = post("/api/v1/rows", "{\"n\":2}", "key-10");
        maker.broken.set(false);

        HttpResponse<String> second = post("/api/v1/rows", "{\"n\":2}", "key-10");
        HttpResponse<String> third = post("/api/v1/rows", "{\"n\":2}", "key-10");

        assertThat(List.of(first.statusCode(), second.statusCode(), third.statusCode()))
                .containsExactly(503, 201, 201);
        assertThat(one("SELECT count(*) FROM thing WHERE n = 2")).isEqualTo("1");
    }

    @Test
    void aServerThatDiesBeforeTheCommitLeavesNothingInTheWay() {
        maker.killed.set(true);
        HttpResponse<String> first = post("/api/v1/rows", "{\"n\":3}", "key-11");
        maker.killed.set(false);

        HttpResponse<String> second = post("/api/v1/rows", "{\"n\":3}", "key-11");

        assertThat(first.statusCode()).isGreaterThanOrEqualTo(500);
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(one("SELECT count(*) FROM thing WHERE n = 3")).isEqualTo("1");
    }

    @Test
    void keysOfYesterdayAreForgotten() {
        post("/api/v1/things", "{}", "key-8");

        database.useTransaction(tx -> IdempotencyStore.removeOld(tx, Duration.ofHours(24)));
        HttpResponse<String> today = post("/api/v1/things", "{}", "key-8");
        database.useTransaction(tx -> IdempotencyStore.removeOld(tx, Duration.ofSeconds(-1)));
        HttpResponse<String> tomorrow = post("/api/v1/things", "{}", "key-8");

        assertThat(today.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        assertThat(tomorrow.headers().firstValue("Idempotent-Replayed")).isEmpty();
    }

    private String one(String sql) {
        return database.read(
                handle -> handle.createQuery(sql).mapTo(String.class).one());
    }

    private HttpResponse<String> post(String path, String body, String key) {
        return http.send("POST", path, body, "Idempotency-Key", key);
    }
}

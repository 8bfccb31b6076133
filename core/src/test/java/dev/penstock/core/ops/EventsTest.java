package dev.penstock.core.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class EventsTest {
    private final Database database;
    private final EventStore events;
    private final TestServer server;

    EventsTest(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.events = events;
        this.server = TestServer.on(database, signals, events).start();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** One event of a stream. */
    private record Received(String id, String kind, JsonNode data) {
        int number() {
            return data.at("/body/n").asInt();
        }
    }

    /** A client that listens. */
    private final class Listener implements AutoCloseable {
        private final BufferedReader lines;
        private String from = "";

        private Listener(String query, String lastEventId) throws IOException {
            var request = server.api().request("GET", "/api/v1/events" + query);
            if (!lastEventId.isEmpty()) {
                request.header("Last-Event-ID", lastEventId);
            }
            lines = new BufferedReader(new InputStreamReader(request.open(), StandardCharsets.UTF_8));
            if (lastEventId.isEmpty()) {
                while (from.isEmpty()) {
                    String line = lines.readLine();
                    from = line.startsWith(": from ") ? line.substring(7) : "";
                }
            }
        }

        private Received next() throws IOException {
            String id = "";
            String kind = "";
            while (true) {
                String line = lines.readLine();
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    kind = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    return new Received(id, kind, Json.STRICT.readTree(line.substring(6)));
                }
            }
        }

        private List<Integer> numbers(int count) throws IOException {
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                numbers.add(next().number());
            }
            return numbers;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    @Test
    void anEventArrivesWhenItsTransactionHasEnded() throws IOException {
        try (var listener = new Listener("?subject=test/a", "")) {
            append("test/a", 1);

            Received event = listener.next();

            assertThat(event.kind()).isEqualTo("test.happened");
            assertThat(event.data().path("subject").asText()).isEqualTo("test/a");
            assertThat(event.data().path("at").asText()).matches("\\d{4}-.*Z");
            assertThat(event.number()).isEqualTo(1);
        }
    }

    @Test
    void onlyWhatWasAskedForArrives() throws IOException {
        try (var listener = new Listener("?subject=test/b&subject=test/c", "")) {
            append("test/bb", 1);
            append("test/b/deeper", 2);
            append("test/d", 3);
            append("test/c", 4);

            assertThat(listener.numbers(2)).containsExactly(2, 4);
        }
    }

    @Test
    void whoComesAgainGetsWhatTheyHaveMissed() throws IOException {
        String seen;
        try (var listener = new Listener("?subject=test/e", "")) {
            append("test/e", 1);
            seen = listener.next().id();
        }
        append("test/e", 2);
        append("test/e", 3);

        try (var listener = new Listener("?subject=test/e", seen)) {
            assertThat(listener.numbers(2)).containsExactly(2, 3);
        }
        try (var listener = new Listener("?subject=test/e&after=" + seen, "")) {
            assertThat(listener.numbers(2)).containsExactly(2, 3);
        }
    }

    @Test
    void anEventThatCommitsLateIsNotLost() throws IOException {
        try (var listener = new Listener("?subject=test/f", "")) {
            // Numbered first, committed last: a reader that went by numbers would be past it.
            database.useTransaction(early -> {
                events.append(early, "test/f", "test.happened", Map.of("n", 1));
                append("test/f", 2);
            });

            assertThat(listener.numbers(2)).containsExactly(1, 2);
        }
    }

    @Test
    void manyEventsArriveInOrderAndEachOnce() throws IOException {
        int many = 3 * EventFeed.BATCH + 1;
        try (var behind = new Listener("?subject=test/g", "");
                var other = new Listener("?subject=test/g", "")) {
            List<Integer> expected = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                expected.add(i);
            }
            database.useTransaction(
                    tx -> expected.forEach(n -> events.append(tx, "test/g", "test.happened", Map.of("n", n))));
            append("test/g", many);
            expected.add(many);

            assertThat(other.numbers(many + 1)).isEqualTo(expected);
            assertThat(behind.numbers(many + 1)).isEqualTo(expected);
        }
    }

    @Test
    void whoWasAwayTooLongIsToldThatSomethingIsMissing() throws IOException {
        append("test/h", 1);

        try (var listener = new Listener("?subject=test/h", "1-1")) {
            assertThat(listener.next().kind()).isEqualTo("missed");
        }
    }

    @Test
    void anIdThatIsNoneOfOursIsRefused() {
        server.api()
                .request("GET", "/api/v1/events")
                .header("Last-Event-ID", "yesterday")
                .send()
                .expectProblem(400, "bad_request");
    }

    @Test
    void oldEventsAreRemovedAndYoungOnesAreNot() {
        append("test/i", 1);
        int before = count();

        database.useTransaction(tx -> RetentionStore.removeEvents(tx, Duration.ofDays(7)));
        assertThat(count()).isEqualTo(before);

        database.useTransaction(tx -> {
            RetentionStore.removeEvents(tx, Duration.ofSeconds(-1));
            assertThat(EventQuery.first(tx)).isEmpty();
            tx.rollback();
        });
    }

    @Test
    void eventsOfARestoredBackupComeBeforeNewOnes() {
        database.useTransaction(tx -> {
            append("test/j", 1);
            tx.execute("UPDATE event SET xid = '900000000000' WHERE subject = 'test/j'");
            assertThat(EventQuery.last(tx).transaction()).isLessThan(900_000_000_000L);

            int renumbered = RetentionStore.renumberEvents(tx);

            assertThat(renumbered).isEqualTo(1);
            assertThat(EventQuery.first(tx))
                    .hasValueSatisfying(first -> assertThat(first.transaction()).isEqualTo(1));
            tx.rollback();
        });
    }

    private int count() {
        return database.read(handle -> handle.createQuery("SELECT count(*) FROM event")
                .mapTo(Integer.class)
                .one());
    }

    private void append(String subject, int number) {
        database.useTransaction(tx -> events.append(tx, subject, "test.happened", Map.of("n", number)));
    }
}

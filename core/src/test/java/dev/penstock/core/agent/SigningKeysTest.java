package dev.penstock.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.agent.SigningKeyStore.Row;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.TestAgent;
import dev.penstock.core.testing.WithDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

@WithDatabase
final class SigningKeysTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final AgentFixture server;

    SigningKeysTest(Database database, Signals signals, EventStore events) {
        server = new AgentFixture(database, signals, events);
    }

    @Test
    void aNewKeySignsWhenItHasBeenPublishedForADay() {
        List<Row> keys = List.of(row("old", NOON.minus(Duration.ofDays(29))), row("new", NOON));

        assertThat(SigningKeys.signer(keys, NOON.plus(Duration.ofHours(23))).kid())
                .isEqualTo("old");
        assertThat(SigningKeys.signer(keys, NOON.plus(Duration.ofHours(24))).kid())
                .isEqualTo("new");
        assertThat(SigningKeys.signer(keys.subList(1, 2), NOON).kid()).isEqualTo("new");
    }

    @Test
    void tokensOfTheOldKeyAreGoodWhileTheNewOneSigns() {
        TestAgent alma = server.enabled("alma");
        String before = server.token(alma);
        server.execute("UPDATE signing_key SET created_at = now() - interval '30 days'");
        server.signingKeys.rotate();
        server.execute("UPDATE signing_key SET created_at = now() - interval '25 hours' WHERE created_at > now() -"
                + " interval '1 day'");
        server.signingKeys.rotate();

        String after = server.token(alma);

        assertThat(server.list("SELECT (retired_at IS NULL)::text FROM signing_key ORDER BY created_at"))
                .containsExactly("false", "true");
        assertThat(server.tokens.verify(before)).contains(alma.id());
        assertThat(server.tokens.verify(after)).contains(alma.id());
        assertThat(after.split("\\.", 2)[0]).isNotEqualTo(before.split("\\.", 2)[0]);
    }

    private static Row row(String kid, Instant createdAt) {
        return new Row(kid, "", "", createdAt, null);
    }
}

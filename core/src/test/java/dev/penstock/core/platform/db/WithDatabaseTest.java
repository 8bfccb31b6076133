package dev.penstock.core.platform.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.WithDatabase;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@WithDatabase
class WithDatabaseTest {

    @Test
    void givesEachClassTheSchemaAndPartsThatStandOnIt(Database database, EventStore events, LocalSignals signals)
            throws Exception {
        var woken = new AtomicInteger();

        try (var _ = signals.listen(Channel.EVENTS, woken::incrementAndGet)) {
            database.useTransaction(tx -> events.append(tx, "run/deploy/1", "run.started", Map.of("label", "1")));
        }

        long rows = database.read(h ->
                h.createQuery("SELECT count(*) FROM event").mapTo(Long.class).one());
        assertThat(rows).isEqualTo(1);
        assertThat(woken).hasValue(1);
    }
}

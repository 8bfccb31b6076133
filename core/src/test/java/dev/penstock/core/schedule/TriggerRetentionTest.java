package dev.penstock.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.testing.WithDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabase
class TriggerRetentionTest {
    private static final Duration MONTH = Duration.ofDays(30);

    private final Database database;

    TriggerRetentionTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void pipeline() {
        database.useTransaction(tx -> {
            tx.execute("TRUNCATE trigger_request, pipeline, resolved_definition, pipeline_group CASCADE");
            tx.execute("INSERT INTO pipeline_group (name_key, name) VALUES ('main', 'main')");
            tx.execute("INSERT INTO resolved_definition (sha256, definition) VALUES ('x', '{}')");
            tx.execute("INSERT INTO pipeline (name, name_key, group_key, version, definition_id)"
                    + " SELECT 'deploy', 'deploy', 'main', 1, id FROM resolved_definition");
        });
    }

    private void wishes(int count, String by, String state, String daysAgo) {
        database.useTransaction(tx -> tx.execute("""
                INSERT INTO trigger_request (id, pipeline_id, requested_by, requested_at, body, state, run_id, code, ended_at)
                SELECT gen_random_uuid(), p.id, ?, now() - CAST(? AS interval), '{}', ?,
                       CASE WHEN ? = 'STARTED' THEN 1 END, CASE WHEN ? = 'REFUSED' THEN 'paused' END,
                       CASE WHEN ? <> 'WAITING' THEN now() - CAST(? AS interval) END
                  FROM pipeline p, generate_series(1, ?)
                """, by, daysAgo, state, state, state, state, daysAgo, count));
    }

    private boolean remove() {
        return database.inTransaction(tx -> TriggerRetentionStore.removeEnded(tx, MONTH));
    }

    private List<String> left() {
        return database.read(handle -> handle.createQuery("SELECT requested_by FROM trigger_request ORDER BY 1")
                .mapTo(String.class)
                .list());
    }

    @Test
    void onlyWhatEndedLongAgoIsRemoved() {
        wishes(1, "old start", "STARTED", "31 days");
        wishes(1, "old refusal", "REFUSED", "31 days");
        wishes(1, "old and waiting", "WAITING", "400 days");
        wishes(1, "young", "STARTED", "29 days");

        assertThat(remove()).isFalse();

        assertThat(left()).containsExactly("old and waiting", "young");
    }

    @Test
    void manyAreRemovedInSeveralSteps() {
        wishes(TriggerRetentionStore.BATCH + 1, "old", "STARTED", "31 days");

        assertThat(remove()).as("there are more").isTrue();
        assertThat(left()).hasSize(1);
        assertThat(remove()).isFalse();
        assertThat(left()).isEmpty();
    }

    @Test
    void theOldestAreFoundByAnIndex() {
        List<String> plan = database.inTransaction(tx -> {
            tx.execute("SET LOCAL enable_seqscan = off");
            return tx.createQuery("EXPLAIN SELECT id FROM trigger_request WHERE ended_at IS NOT NULL"
                            + " AND ended_at < now() - interval '30 days' ORDER BY ended_at LIMIT 1000")
                    .mapTo(String.class)
                    .list();
        });

        assertThat(String.join(" ", plan)).contains("trigger_request_ended");
    }
}

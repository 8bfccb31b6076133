package dev.penstock.core.material;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.testing.WithDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@WithDatabase
class MaterialRetentionTest {
    private final Database database;

    MaterialRetentionTest(Database database) {
        this.database = database;
    }

    private List<String> list(String sql) {
        return database.read(
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    @Test
    void whatHappenedToMaterialsLongAgoIsForgottenInSteps() {
        database.useTransaction(tx -> {
            tx.execute(
                    "INSERT INTO material (fingerprint, type, options, display_name) VALUES ('f', 'git', '{}', 'm')");
            tx.execute(
                    "INSERT INTO material_event (material_id, kind, message, at) SELECT id, 'FAILED', 'old',"
                            + " now() - interval '91 days' FROM material, generate_series(1, ?)",
                    MaterialEventStore.BATCH + 1);
            tx.execute("INSERT INTO material_event (material_id, kind, message, at) SELECT id, 'FAILED', 'young',"
                    + " now() - interval '89 days' FROM material");
        });

        assertThat(remove()).as("there are more").isTrue();
        assertThat(remove()).isFalse();

        assertThat(list("SELECT message FROM material_event")).containsExactly("young");
    }

    private boolean remove() {
        return database.inTransaction(tx -> MaterialEventStore.removeOld(tx, Duration.ofDays(90)));
    }

    @Test
    void deliveriesOfHooksAreForgottenAfterADayInSteps() {
        database.useTransaction(tx -> {
            tx.execute("INSERT INTO secret (scope, ciphertext) VALUES ('hook:x', 'x')");
            tx.execute("INSERT INTO hook (id, host_kind, secret_id, description, created_by)"
                    + " SELECT gen_random_uuid(), 'GITHUB', id, '', 'olga' FROM secret");
            tx.execute(
                    "INSERT INTO hook_delivery (hook_id, delivery_id, at) SELECT h.id, 'old-' || n,"
                            + " now() - interval '25 hours' FROM hook h, generate_series(1, ?) n",
                    HookStore.BATCH + 1);
            tx.execute("INSERT INTO hook_delivery (hook_id, delivery_id) SELECT id, 'young' FROM hook");
        });

        assertThat(forget()).as("there are more").isTrue();
        assertThat(forget()).isFalse();

        assertThat(list("SELECT delivery_id FROM hook_delivery")).containsExactly("young");
    }

    private boolean forget() {
        return database.inTransaction(tx -> HookStore.forgetDeliveries(tx, Duration.ofHours(24)));
    }
}

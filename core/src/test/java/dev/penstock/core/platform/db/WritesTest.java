package dev.penstock.core.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.testing.TestDatabases;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WritesTest {
    private static final String INSERT =
            "INSERT INTO written (id, name, words, at, who) VALUES (:id, :name, :words, :at, :who)";
    private static final String RENAME = "UPDATE written SET name = CAST(:name AS text) || '::text' WHERE id = :id";

    private final Database database =
            new Database(Databases.pool(TestDatabases.shared().address()));

    @BeforeEach
    void create() {
        database.useTransaction(tx -> tx.execute("CREATE TABLE IF NOT EXISTS written"
                + " (id bigint PRIMARY KEY, name text, words text[], at timestamptz, who uuid)"));
    }

    @AfterEach
    void drop() {
        database.useTransaction(tx -> tx.execute("DROP TABLE written"));
        database.close();
    }

    private List<String> names() {
        return database.read(handle -> handle.createQuery("SELECT name FROM written ORDER BY id")
                .mapTo(String.class)
                .list());
    }

    @Test
    void areSentInTheirOrderBeforeTheCommit() {
        database.useTransaction(tx -> {
            for (long id = 1; id <= 3; id++) {
                Writes.later(tx, INSERT)
                        .bind("id", id)
                        .bind("name", "n" + id)
                        .bindArray("words", "text", List.of("a", "b"))
                        .bind("at", Instant.EPOCH)
                        .bind("who", new UUID(1, id));
            }
            Writes.later(tx, RENAME).bind("id", 2L).bind("name", "new; ? ");
            assertThat(tx.createQuery("SELECT count(*) FROM written")
                            .mapTo(Long.class)
                            .one())
                    .isZero();
        });

        assertThat(names()).containsExactly("n1", "new; ? ::text", "n3");
    }

    @Test
    void areSeenByWhatFollowsOnceTheyAreSent() {
        database.useTransaction(tx -> {
            Writes.later(tx, INSERT)
                    .bind("id", 1L)
                    .bind("name", "early")
                    .bind("words", null)
                    .bind("at", null)
                    .bind("who", null);
            Writes.send(tx);

            assertThat(tx.createQuery("SELECT name FROM written")
                            .mapTo(String.class)
                            .one())
                    .isEqualTo("early");
        });

        assertThat(names()).containsExactly("early");
    }

    @Test
    void rollEverythingBackWhenOneOfThemFails() {
        assertThatThrownBy(() -> database.useTransaction(tx -> {
                    for (long id : new long[] {1, 2, 1}) {
                        Writes.later(tx, INSERT)
                                .bind("id", id)
                                .bind("name", "n")
                                .bindArray("words", "text", List.of())
                                .bind("at", Instant.EPOCH)
                                .bind("who", new UUID(1, id));
                    }
                }))
                .isInstanceOf(JdbiException.class)
                .hasMessageContaining("written_pkey");
        assertThat(names()).isEmpty();
    }

    @Test
    void areForgottenWithARollback() {
        database.useTransaction(tx -> {
            Writes.later(tx, RENAME).bind("id", 1L).bind("name", "never");
            tx.rollback();
        });
        database.useTransaction(tx -> {});

        assertThat(names()).isEmpty();
    }

    @Test
    void areRefusedWhereTheyWouldNeverBeSent() {
        assertThatThrownBy(() -> database.read(handle -> Writes.later(handle, RENAME)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void sayWhichValueIsMissing() {
        assertThatThrownBy(() ->
                        database.useTransaction(tx -> Writes.later(tx, RENAME).bind("id", 1L)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(":name");
    }
}

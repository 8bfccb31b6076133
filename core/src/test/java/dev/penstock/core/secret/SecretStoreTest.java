package dev.penstock.core.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.testing.WithDatabase;
import dev.penstock.plugin.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class SecretStoreTest {
    private static final String ALPHA = SecretStore.scope(new PipelineId(1));
    private static final String BETA = SecretStore.scope(new PipelineId(2));

    private final Database database;
    private final SecretStore store;

    @TempDir
    private Path home;

    SecretStoreTest(Database database, @TempDir Path folder) throws IOException {
        this.database = database;
        this.store = new SecretStore(vault(folder.resolve("master.key")));
    }

    @BeforeEach
    void clear() {
        database.useTransaction(tx -> tx.execute("TRUNCATE secret CASCADE"));
    }

    @Test
    void givesAValueToItsOwnScopeOnly() {
        SecretRef ref = database.inTransaction(tx -> store.put(tx, ALPHA, "s3cret 한"));

        assertThat(reveal(ref, ALPHA)).isEqualTo("s3cret 한");
        assertThatThrownBy(() -> reveal(ref, BETA)).isInstanceOf(IllegalStateException.class);
        assertThat(database.<Set<SecretRef>>read(handle -> store.foreign(handle, List.of(ref), BETA)))
                .containsExactly(ref);
        assertThat(database.<Set<SecretRef>>read(handle -> store.foreign(handle, List.of(ref), ALPHA)))
                .isEmpty();
    }

    @Test
    void aRowThatWasMovedToAnotherScopeDoesNotOpen() {
        SecretRef ref = database.inTransaction(tx -> store.put(tx, ALPHA, "s3cret"));

        database.useTransaction(tx -> tx.execute("UPDATE secret SET scope = ?", BETA));

        assertThatThrownBy(() -> reveal(ref, BETA)).hasMessageContaining("does not open");
    }

    @Test
    void aCiphertextThatWasCopiedOverAnotherDoesNotOpen() {
        SecretRef one = database.inTransaction(tx -> store.put(tx, ALPHA, "one"));
        SecretRef other = database.inTransaction(tx -> store.put(tx, ALPHA, "other"));

        database.useTransaction(tx -> tx.execute(
                "UPDATE secret SET ciphertext = (SELECT ciphertext FROM secret WHERE id = ?) WHERE id = ?",
                one.secretRef(),
                other.secretRef()));

        assertThatThrownBy(() -> reveal(other, ALPHA)).hasMessageContaining("does not open");
    }

    @Test
    void oneValueIsNeverEncryptedAlike() {
        database.useTransaction(tx -> {
            store.put(tx, ALPHA, "same");
            store.put(tx, ALPHA, "same");
        });

        assertThat(database.<List<String>>read(handle -> handle.createQuery("SELECT ciphertext FROM secret")
                        .mapTo(String.class)
                        .list()))
                .doesNotHaveDuplicates()
                .noneMatch(text -> text.contains("same"));
    }

    @Test
    void anotherMasterKeyIsNoticedAtStart() throws IOException {
        database.useTransaction(store::checkKey);
        database.useTransaction(store::checkKey);

        var other = new SecretStore(vault(home.resolve("other.key")));

        assertThatThrownBy(() -> database.useTransaction(other::checkKey)).isInstanceOf(IllegalStateException.class);
    }

    private String reveal(SecretRef ref, String scope) {
        Secret value = database.read(handle -> store.reveal(handle, List.of(ref), scope))
                .get(ref);
        return value == null ? "" : value.reveal();
    }

    private Vault vault(Path key) throws IOException {
        return new Vault(MasterKey.open(key), database.read(SecretStore::installation));
    }
}

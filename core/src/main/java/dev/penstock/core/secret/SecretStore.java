package dev.penstock.core.secret;

import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.plugin.Secret;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Secrets as rows. Each belongs to a scope, and is only given to who asks for that scope: a reference copied from
 * elsewhere opens nothing. Values are never changed; a new value is a new row. Thread-safe.
 */
public final class SecretStore {
    private static final String KEY_CHECK = "installation:key-check";
    private static final String KEY_CHECK_VALUE = "penstock";

    private static final String INSTALLATION = """
            SELECT id::text
              FROM installation
            """;

    private static final String LOCK_INSTALLATION = """
            SELECT id
              FROM installation
               FOR UPDATE
            """;

    private static final String NEXT_ID = """
            SELECT nextval(pg_get_serial_sequence('secret', 'id'))
            """;

    private static final String INSERT = """
            INSERT INTO secret (id, scope, ciphertext)
            OVERRIDING SYSTEM VALUE
            VALUES (:id, :scope, :ciphertext)
            """;

    private static final String FIND = """
            SELECT id, ciphertext
              FROM secret
             WHERE id = ANY(:ids) AND scope = :scope
            """;

    private static final String BY_SCOPE = """
            SELECT id, ciphertext
              FROM secret
             WHERE scope = :scope
             ORDER BY id
             LIMIT 1
            """;

    private static final String DELETE = """
            DELETE FROM secret
             WHERE id = :id AND scope = :scope
            """;

    private final Vault vault;

    public SecretStore(Vault vault) {
        this.vault = vault;
    }

    /** The id of the installation, which a {@link Vault} is made with. */
    public static String installation(Handle handle) {
        return handle.createQuery(INSTALLATION).mapTo(String.class).one();
    }

    /** The scope of a pipeline's secrets. */
    public static String scope(PipelineId pipeline) {
        return "pipeline:" + pipeline.value();
    }

    /**
     * Proves at start that this server has the key under which the database's secrets lie; the first server of an
     * installation leaves the proof.
     *
     * @throws IllegalStateException if it has another key
     */
    public void checkKey(Handle tx) {
        Optional<Boolean> opens = opensKeyCheck(tx);
        if (opens.isEmpty()) {
            tx.createQuery(LOCK_INSTALLATION).mapTo(String.class).one();
            opens = opensKeyCheck(tx); // another server's first start may have been quicker
        }
        if (opens.isEmpty()) {
            put(tx, KEY_CHECK, KEY_CHECK_VALUE);
        } else if (!opens.get()) {
            throw new IllegalStateException("The master key does not open the secrets of this database");
        }
    }

    /** Whether this server's key opens the proof; empty when there is none yet. */
    private Optional<Boolean> opensKeyCheck(Handle tx) {
        return tx.createQuery(BY_SCOPE)
                .bind("scope", KEY_CHECK)
                .map((row, ctx) -> vault.open(place(row.getLong("id"), KEY_CHECK), row.getString("ciphertext"))
                        .equals(KEY_CHECK_VALUE))
                .findOne();
    }

    /** Stores a value. */
    public SecretRef put(Handle tx, String scope, String plain) {
        long id = tx.createQuery(NEXT_ID).mapTo(Long.class).one();
        tx.createUpdate(INSERT)
                .bind("id", id)
                .bind("scope", scope)
                .bind("ciphertext", vault.seal(place(id, scope), plain))
                .execute();
        return new SecretRef(id);
    }

    /** Deletes a value that nothing refers to any more. */
    public void forget(Handle tx, SecretRef ref, String scope) {
        tx.createUpdate(DELETE).bind("id", ref.secretRef()).bind("scope", scope).execute();
    }

    /**
     * The values of secrets of one scope, for the one who uses them now.
     *
     * @throws IllegalStateException if one of them is not there or does not belong to the scope
     */
    public Map<SecretRef, Secret> reveal(Handle handle, Collection<SecretRef> refs, String scope) {
        Map<SecretRef, Secret> values = new HashMap<>();
        ciphertexts(handle, refs, scope)
                .forEach((ref, ciphertext) ->
                        values.put(ref, new Secret(vault.open(place(ref.secretRef(), scope), ciphertext))));
        for (SecretRef ref : refs) {
            if (!values.containsKey(ref)) {
                throw new IllegalStateException("No secret " + ref.secretRef() + " in " + scope);
            }
        }
        return values;
    }

    /** Those of the references that the scope does not have. */
    public Set<SecretRef> foreign(Handle handle, Collection<SecretRef> refs, String scope) {
        Set<SecretRef> foreign = new HashSet<>(refs);
        foreign.removeAll(ciphertexts(handle, refs, scope).keySet());
        return foreign;
    }

    private static Map<SecretRef, String> ciphertexts(Handle handle, Collection<SecretRef> refs, String scope) {
        if (refs.isEmpty()) {
            return Map.of();
        }
        Map<SecretRef, String> found = new HashMap<>();
        handle.createQuery(FIND)
                .bindArray(
                        "ids",
                        Long.class,
                        refs.stream().map(SecretRef::secretRef).distinct().toList())
                .bind("scope", scope)
                .map((row, ctx) -> Map.entry(new SecretRef(row.getLong("id")), row.getString("ciphertext")))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    private static String place(long id, String scope) {
        return "secret/" + id + "/" + scope;
    }
}

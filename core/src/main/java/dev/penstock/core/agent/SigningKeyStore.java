package dev.penstock.core.agent;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Signing keys as rows; the private part only sealed. */
final class SigningKeyStore {
    /** A retired key is of no use once the last token that it signed is dead, which is 15 minutes; an hour is safe. */
    private static final String ALL = """
            SELECT kid, public_jwk, private_key, created_at, retired_at
              FROM signing_key
             WHERE retired_at IS NULL
                OR retired_at > now() - interval '1 hour'
             ORDER BY created_at
            """;

    private static final String INSERT = """
            INSERT INTO signing_key (kid, public_jwk, private_key)
            VALUES (:kid, :publicJwk, :privateKey)
            """;

    /** Once a newer key is published for a day, and so is the one that signs. */
    private static final String RETIRE = """
            UPDATE signing_key k
               SET retired_at = now()
             WHERE k.retired_at IS NULL
               AND EXISTS (SELECT 1
                             FROM signing_key newer
                            WHERE newer.created_at > k.created_at
                              AND newer.retired_at IS NULL
                              AND newer.created_at < now() - interval '24 hours')
            """;

    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtext('penstock.signing-key'))";

    private static final String INSTALLATION = "SELECT id::text FROM installation";

    private SigningKeyStore() {}

    record Row(
            String kid,
            String publicJwk,
            String sealedPrivateKey,
            Instant createdAt,
            @Nullable Instant retiredAt) {}

    static List<Row> all(Handle handle) {
        return handle.createQuery(ALL)
                .map((row, _) -> new Row(
                        row.getString("kid"),
                        row.getString("public_jwk"),
                        row.getString("private_key"),
                        row.getTimestamp("created_at").toInstant(),
                        row.getTimestamp("retired_at") == null
                                ? null
                                : row.getTimestamp("retired_at").toInstant()))
                .list();
    }

    /** Lets one server at a time decide about keys, until the transaction ends. */
    static void lock(Handle tx) {
        tx.execute(LOCK);
    }

    static void insert(Handle tx, String kid, String publicJwk, String sealedPrivateKey) {
        tx.createUpdate(INSERT)
                .bind("kid", kid)
                .bind("publicJwk", publicJwk)
                .bind("privateKey", sealedPrivateKey)
                .execute();
    }

    static int retire(Handle tx) {
        return tx.createUpdate(RETIRE).execute();
    }

    static String installation(Handle handle) {
        return handle.createQuery(INSTALLATION).mapTo(String.class).one();
    }
}

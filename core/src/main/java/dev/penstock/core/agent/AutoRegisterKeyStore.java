package dev.penstock.core.agent;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Auto-register keys as rows, which hold only a key's hash. */
final class AutoRegisterKeyStore {
    private static final String INSERT = """
            INSERT INTO auto_register_key (key_sha256, last_four, description, resources, environments, uses_left,
                                           expires_at, created_by)
            VALUES (:hash, :lastFour, :description, :resources, :environments, :uses, :expiresAt, :by)
            RETURNING *
            """;

    private static final String USE = """
            UPDATE auto_register_key
               SET uses_left = uses_left - 1
             WHERE key_sha256 = :hash
               AND revoked_at IS NULL
               AND expires_at > now()
               AND (uses_left IS NULL OR uses_left > 0)
            RETURNING id, description, resources, environments
            """;

    private static final String ALL = """
            SELECT *
              FROM auto_register_key
             WHERE revoked_at IS NULL
             ORDER BY id DESC
             LIMIT :limit
            """;

    private static final String COUNT_VALID = """
            SELECT count(*)
              FROM auto_register_key
             WHERE revoked_at IS NULL
               AND expires_at > now()
            """;

    private static final String REVOKE = """
            UPDATE auto_register_key
               SET revoked_at = now()
             WHERE id = :id
               AND revoked_at IS NULL
            """;

    private AutoRegisterKeyStore() {}

    /** What a key gives to the agent that shows it. */
    record UsedKey(long id, List<String> resources, List<String> environments) {
        /** Who enabled the agent, as people know it. */
        String name() {
            return "registration key " + id;
        }
    }

    /** A key as it may be shown: never the key itself. */
    record KeyRow(
            long id,
            String lastFour,
            String description,
            List<String> resources,
            List<String> environments,
            @Nullable Integer usesLeft,
            Instant expiresAt,
            String createdBy,
            Instant createdAt) {}

    /** A key to store. */
    record NewKey(
            String hash,
            String lastFour,
            String description,
            List<String> resources,
            List<String> environments,
            @Nullable Integer uses,
            Instant expiresAt,
            String by) {}

    static KeyRow insert(Handle tx, NewKey key) {
        return tx.createQuery(INSERT)
                .bind("hash", key.hash())
                .bind("lastFour", key.lastFour())
                .bind("description", key.description())
                .bindArray("resources", String.class, key.resources())
                .bindArray("environments", String.class, key.environments())
                .bind("uses", key.uses())
                .bind("expiresAt", key.expiresAt().atOffset(ZoneOffset.UTC))
                .bind("by", key.by())
                .map((row, _) -> row(row))
                .one();
    }

    /** Takes one use of the key, if it is valid now. */
    static Optional<UsedKey> use(Handle tx, String hash) {
        return tx.createQuery(USE)
                .bind("hash", hash)
                .map((row, _) -> new UsedKey(
                        row.getLong("id"), AgentMapper.texts(row, "resources"), AgentMapper.texts(row, "environments")))
                .findOne();
    }

    static List<KeyRow> all(Handle handle, int limit) {
        return handle.createQuery(ALL)
                .bind("limit", limit)
                .map((row, _) -> row(row))
                .list();
    }

    static int countValid(Handle handle) {
        return handle.createQuery(COUNT_VALID).mapTo(Integer.class).one();
    }

    static boolean revoke(Handle tx, long id) {
        return tx.createUpdate(REVOKE).bind("id", id).execute() == 1;
    }

    private static KeyRow row(java.sql.ResultSet row) throws java.sql.SQLException {
        return new KeyRow(
                row.getLong("id"),
                row.getString("last_four"),
                row.getString("description"),
                AgentMapper.texts(row, "resources"),
                AgentMapper.texts(row, "environments"),
                row.getObject("uses_left", Integer.class),
                row.getTimestamp("expires_at").toInstant(),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant());
    }
}

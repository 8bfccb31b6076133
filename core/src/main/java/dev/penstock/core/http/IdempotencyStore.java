package dev.penstock.core.http;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.core.platform.json.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Requests with a key, and what was answered. Every method runs in its caller's transaction. */
final class IdempotencyStore {
    /** Held until the transaction ends, however it does; nobody waits for it. */
    private static final String TAKE = """
            SELECT pg_try_advisory_xact_lock(hashtextextended('penstock.idempotency ' || :principal || ' ' || :key, 0))
            """;

    private static final String FIND = """
            SELECT request_sha256, status, headers, body
              FROM idempotency
             WHERE principal = :principal
               AND key = :key
               AND status IS NOT NULL
            """;

    private static final String KEEP = """
            INSERT INTO idempotency (principal, key, request_sha256, status, headers, body)
            VALUES (:principal, :key, :request, :status, CAST(:headers AS jsonb), :body)
                ON CONFLICT (principal, key) DO UPDATE
               SET request_sha256 = EXCLUDED.request_sha256, status = EXCLUDED.status, headers = EXCLUDED.headers,
                   body = EXCLUDED.body
             WHERE idempotency.status IS NULL
            """;

    /** Answers are as large as pages; so many go in a moment. */
    static final int BATCH = 1_000;

    private static final String REMOVE_OLD = """
            DELETE FROM idempotency
             WHERE (principal, key) IN (SELECT principal, key
                                          FROM idempotency
                                         WHERE created_at < clock_timestamp() - CAST(:age AS interval)
                                         ORDER BY created_at
                                         LIMIT :batch
                                           FOR UPDATE SKIP LOCKED)
            """;

    private static final RowMapper<Known> KNOWN = (row, _) -> new Known(
            row.getString("request_sha256"),
            new Stored(
                    row.getInt("status"),
                    Json.read(row.getString("headers"), new TypeReference<Map<String, String>>() {}),
                    row.getString("body")));

    private IdempotencyStore() {}

    /** A key of one caller. */
    record RequestKey(String principal, String key) {}

    /** A request that was answered. */
    record Known(String request, Stored answer) {}

    record Stored(int status, Map<String, String> headers, String body) {}

    /** Takes the key until {@code tx} ends; false when a request with it is under way, on whichever server. */
    static boolean take(Handle tx, RequestKey key) {
        return tx.createQuery(TAKE)
                .bind("principal", key.principal())
                .bind("key", key.key())
                .mapTo(Boolean.class)
                .one();
    }

    static Optional<Known> find(Handle handle, RequestKey key) {
        return handle.createQuery(FIND)
                .bind("principal", key.principal())
                .bind("key", key.key())
                .map(KNOWN)
                .findOne();
    }

    /** Keeps the first answer. */
    static void keep(Handle tx, RequestKey key, Known answered) {
        tx.createUpdate(KEEP)
                .bind("principal", key.principal())
                .bind("key", key.key())
                .bind("request", answered.request())
                .bind("status", answered.answer().status())
                .bind("headers", Json.write(answered.answer().headers()))
                .bind("body", answered.answer().body())
                .execute();
    }

    /** Forgets the oldest keys; true when there may be more. */
    static boolean removeOld(Handle tx, Duration age) {
        return tx.createUpdate(REMOVE_OLD)
                        .bind("age", age.toSeconds() + " seconds")
                        .bind("batch", BATCH)
                        .execute()
                == BATCH;
    }
}

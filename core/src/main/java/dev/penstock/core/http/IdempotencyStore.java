package dev.penstock.core.http;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.core.platform.json.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Requests with a key, and what was answered. Every method runs in its caller's transaction. */
final class IdempotencyStore {
    /** An unanswered row of this age belongs to a server that was killed: no request of ours takes so long. */
    private static final String BEGIN = """
            INSERT INTO idempotency (principal, key, request_sha256)
            VALUES (:principal, :key, :request)
                ON CONFLICT (principal, key) DO UPDATE
               SET created_at = clock_timestamp()
             WHERE idempotency.status IS NULL
               AND idempotency.request_sha256 = EXCLUDED.request_sha256
               AND idempotency.created_at < clock_timestamp() - CAST(:abandoned AS interval)
            """;

    private static final String FIND = """
            SELECT request_sha256, status, headers, body
              FROM idempotency
             WHERE principal = :principal
               AND key = :key
            """;

    private static final String END = """
            UPDATE idempotency
               SET status = :status, headers = CAST(:headers AS jsonb), body = :body
             WHERE principal = :principal
               AND key = :key
            """;

    private static final String FORGET = """
            DELETE FROM idempotency
             WHERE principal = :principal
               AND key = :key
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

    private static final RowMapper<Known> KNOWN = (row, _) -> {
        Integer status = row.getObject("status", Integer.class);
        Stored answer = status == null
                ? null
                : new Stored(
                        status,
                        Json.read(row.getString("headers"), new TypeReference<Map<String, String>>() {}),
                        row.getString("body"));
        return new Known(row.getString("request_sha256"), answer);
    };

    private IdempotencyStore() {}

    /** A key of one caller. */
    record RequestKey(String principal, String key) {}

    /** @param answer null while the request is under way */
    record Known(String request, @Nullable Stored answer) {}

    record Stored(int status, Map<String, String> headers, String body) {}

    /** Takes the key for this request; false when it is taken. */
    static boolean begin(Handle tx, RequestKey key, String request, Duration abandoned) {
        return tx.createUpdate(BEGIN)
                        .bind("principal", key.principal())
                        .bind("key", key.key())
                        .bind("request", request)
                        .bind("abandoned", abandoned.toSeconds() + " seconds")
                        .execute()
                == 1;
    }

    static Optional<Known> find(Handle handle, RequestKey key) {
        return handle.createQuery(FIND)
                .bind("principal", key.principal())
                .bind("key", key.key())
                .map(KNOWN)
                .findOne();
    }

    static void end(Handle tx, RequestKey key, Stored answer) {
        tx.createUpdate(END)
                .bind("principal", key.principal())
                .bind("key", key.key())
                .bind("status", answer.status())
                .bind("headers", Json.write(answer.headers()))
                .bind("body", answer.body())
                .execute();
    }

    static void forget(Handle tx, RequestKey key) {
        tx.createUpdate(FORGET)
                .bind("principal", key.principal())
                .bind("key", key.key())
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

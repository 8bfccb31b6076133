package dev.penstock.core.material;

import dev.penstock.core.platform.ids.MaterialId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What looks at materials have left in their rows. All but {@link #describe} end the claim. */
final class CheckStore {
    private static final String LOCK = """
            SELECT display_name, failures, error_kind
              FROM material
             WHERE id = :id
               FOR NO KEY UPDATE
            """;

    private static final String SUCCEED = """
            UPDATE material
               SET claimed_until = NULL, last_checked_at = :claimedAt, last_success_at = :claimedAt,
                   next_check_at = clock_timestamp() + make_interval(secs => :wait),
                   failures = 0, error_kind = NULL, error_message = NULL, error_since = NULL
             WHERE id = :id
            """;

    private static final String STILL_WELL = SUCCEED + " AND failures = 0";

    private static final String FAIL = """
            UPDATE material
               SET claimed_until = NULL, last_checked_at = :claimedAt,
                   next_check_at = clock_timestamp() + make_interval(secs => :wait),
                   failures = failures + 1, error_kind = :kind, error_message = :message,
                   error_since = COALESCE(error_since, :claimedAt)
             WHERE id = :id
            """;

    private static final String POSTPONE = """
            UPDATE material
               SET claimed_until = NULL,
                   next_check_at = greatest(next_check_at, clock_timestamp() + make_interval(secs => :wait))
             WHERE id = :id
            """;

    private static final String DESCRIBE = """
            UPDATE material
               SET display_name = :name, host = :host
             WHERE id = :id
            """;

    private static final String CLEAR_MARKER = """
            DELETE FROM material_check
             WHERE material_id = :id AND requested_at <= :claimedAt
            """;

    private static final String RECORD = """
            INSERT INTO material_event (material_id, kind, message)
            VALUES (:id, :kind, :message)
            """;

    private CheckStore() {}

    /**
     * A material's row, locked.
     *
     * @param failures looks in a row that failed
     */
    record Row(String displayName, int failures, @Nullable String errorKind) {}

    static Optional<Row> lock(Handle tx, MaterialId id) {
        return tx.createQuery(LOCK)
                .bind("id", id.value())
                .map((row, _) ->
                        new Row(row.getString("display_name"), row.getInt("failures"), row.getString("error_kind")))
                .findOne();
    }

    static void succeed(Handle tx, MaterialId id, Instant claimedAt, Duration wait) {
        succeed(tx, SUCCEED, id, claimedAt, wait);
    }

    /** The usual case by one statement; false when the look before had failed, and so more has to be done. */
    static boolean stillWell(Handle tx, MaterialId id, Instant claimedAt, Duration wait) {
        return succeed(tx, STILL_WELL, id, claimedAt, wait) == 1;
    }

    private static int succeed(Handle tx, String sql, MaterialId id, Instant claimedAt, Duration wait) {
        return tx.createUpdate(sql)
                .bind("id", id.value())
                .bind("claimedAt", claimedAt)
                .bind("wait", seconds(wait))
                .execute();
    }

    static void fail(Handle tx, MaterialId id, Instant claimedAt, Finding.Failed failed, Duration wait) {
        tx.createUpdate(FAIL)
                .bind("id", id.value())
                .bind("claimedAt", claimedAt)
                .bind("wait", seconds(wait))
                .bind("kind", failed.kind())
                .bind("message", failed.message())
                .execute();
    }

    /** Leaves everything as it is, and looks later. */
    static void postpone(Handle tx, MaterialId id, Duration wait) {
        tx.createUpdate(POSTPONE)
                .bind("id", id.value())
                .bind("wait", seconds(wait))
                .execute();
    }

    /** What its type says of the material; the claim goes on. */
    static void describe(Handle tx, MaterialId id, String displayName, @Nullable String host) {
        tx.createUpdate(DESCRIBE)
                .bind("id", id.value())
                .bind("name", displayName)
                .bind("host", host)
                .execute();
    }

    /** Removes the marker that the look has answered; one that was set while it lasted stays. */
    static void clearMarker(Handle tx, MaterialId id, Instant claimedAt) {
        tx.createUpdate(CLEAR_MARKER)
                .bind("id", id.value())
                .bind("claimedAt", claimedAt)
                .execute();
    }

    static void record(Handle tx, MaterialId id, String kind, String message) {
        tx.createUpdate(RECORD)
                .bind("id", id.value())
                .bind("kind", kind)
                .bind("message", message)
                .execute();
    }

    private static double seconds(Duration wait) {
        return wait.toMillis() / 1_000.0;
    }
}

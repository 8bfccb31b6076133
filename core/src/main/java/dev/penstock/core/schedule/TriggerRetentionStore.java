package dev.penstock.core.schedule;

import java.time.Duration;
import org.jdbi.v3.core.Handle;

/** Removes wishes that ended long ago: their runs say themselves why they began. One that waits is never removed. */
final class TriggerRetentionStore {
    /** Goes in a moment, and holds up nobody. */
    static final int BATCH = 1_000;

    private static final String REMOVE = """
            DELETE FROM trigger_request
             WHERE id IN (SELECT id
                            FROM trigger_request
                           WHERE ended_at IS NOT NULL
                             AND ended_at < now() - CAST(:age AS interval)
                           ORDER BY ended_at
                           LIMIT :batch
                             FOR UPDATE SKIP LOCKED)
            """;

    private TriggerRetentionStore() {}

    /** Removes the oldest; true when there may be more. */
    static boolean removeEnded(Handle tx, Duration age) {
        return tx.createUpdate(REMOVE)
                        .bind("age", age.toSeconds() + " seconds")
                        .bind("batch", BATCH)
                        .execute()
                == BATCH;
    }
}

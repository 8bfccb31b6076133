package dev.penstock.core.ops;

import java.time.Duration;
import org.jdbi.v3.core.Handle;

/** Removes what is kept for a time only. Every method runs in its caller's transaction. */
final class RetentionStore {
    /** Some ten thousand rows go in a moment; more would hold up autovacuum and the replication of a standby. */
    private static final int BATCH = 10_000;

    private static final String REMOVE_EVENTS = """
            DELETE FROM event
             WHERE id IN (SELECT id
                            FROM (SELECT id, at
                                    FROM event
                                   ORDER BY id
                                   LIMIT :batch) AS oldest
                           WHERE at < now() - CAST(:age AS interval))
            """;

    private static final String REMOVE_AUDIT = """
            DELETE FROM audit
             WHERE seq IN (SELECT seq
                             FROM (SELECT seq, at
                                     FROM audit
                                    ORDER BY seq
                                    LIMIT :batch) AS oldest
                            WHERE at < now() - CAST(:age AS interval))
            """;

    /** Of a backup that was restored into another cluster, whose transactions are numbered anew. */
    private static final String RENUMBER_EVENTS = """
            UPDATE event
               SET xid = CAST('1' AS xid8)
             WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())
            """;

    private RetentionStore() {}

    /** Removes the oldest events; true when there may be more. */
    static boolean removeEvents(Handle tx, Duration age) {
        return remove(tx, REMOVE_EVENTS, age);
    }

    /** Removes the oldest entries of the audit trail; true when there may be more. */
    static boolean removeAudit(Handle tx, Duration age) {
        return remove(tx, REMOVE_AUDIT, age);
    }

    /** Puts events that seem to come from the future before all others; returns how many there were. */
    static int renumberEvents(Handle tx) {
        return tx.createUpdate(RENUMBER_EVENTS).execute();
    }

    private static boolean remove(Handle tx, String statement, Duration age) {
        return tx.createUpdate(statement)
                        .bind("batch", BATCH)
                        .bind("age", age.toSeconds() + " seconds")
                        .execute()
                == BATCH;
    }
}

package dev.penstock.core.material;

import java.time.Duration;
import org.jdbi.v3.core.Handle;

/** Removes what happened to materials long ago; since when one fails stands in its own row. */
final class MaterialEventStore {
    static final int BATCH = 1_000;

    private static final String REMOVE = """
            DELETE FROM material_event
             WHERE id IN (SELECT id
                            FROM (SELECT id, at
                                    FROM material_event
                                   ORDER BY id
                                   LIMIT :batch) AS oldest
                           WHERE at < now() - CAST(:age AS interval))
            """;

    private MaterialEventStore() {}

    /** Removes the oldest; true when there may be more. */
    static boolean removeOld(Handle tx, Duration age) {
        return tx.createUpdate(REMOVE)
                        .bind("age", age.toSeconds() + " seconds")
                        .bind("batch", BATCH)
                        .execute()
                == BATCH;
    }
}

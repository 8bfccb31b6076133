package dev.penstock.core.ops;

import dev.penstock.core.platform.db.Database;
import java.time.Duration;

/**
 * How long events and the audit trail are kept.
 *
 * @param events long enough for a reader that was away over a weekend
 * @param audit zero for ever
 */
public record Retention(Duration events, Duration audit) {
    static final Duration TICK = Duration.ofMinutes(10);

    /** Removes some of what is old; true when there may be more. */
    boolean remove(Database database) {
        boolean more = database.inTransaction(tx -> RetentionStore.removeEvents(tx, events));
        return (!audit.isZero() && database.inTransaction(tx -> RetentionStore.removeAudit(tx, audit))) || more;
    }
}

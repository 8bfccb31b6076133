package dev.penstock.core.ops;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * Reads events in order, and none that a transaction under way could still be put before: those of transactions older
 * than every one that runs.
 */
final class EventQuery {
    private static final String AFTER = """
            SELECT CAST(CAST(xid AS text) AS bigint) AS transaction, id, subject, kind, body, at
              FROM event
             WHERE (xid, id) > (CAST(CAST(:transaction AS text) AS xid8), :id)
               AND xid < pg_snapshot_xmin(pg_current_snapshot())
             ORDER BY xid, id
             LIMIT :limit
            """;

    private static final String LAST = """
            SELECT CAST(CAST(xid AS text) AS bigint) AS transaction, id
              FROM event
             WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
             ORDER BY xid DESC, id DESC
             LIMIT 1
            """;

    private static final String FIRST = """
            SELECT CAST(CAST(xid AS text) AS bigint) AS transaction, id
              FROM event
             ORDER BY xid, id
             LIMIT 1
            """;

    private static final RowMapper<EventPosition> POSITION =
            (row, _) -> new EventPosition(row.getLong("transaction"), row.getLong("id"));

    private static final RowMapper<StoredEvent> EVENT = (row, _) -> new StoredEvent(
            new EventPosition(row.getLong("transaction"), row.getLong("id")),
            row.getString("subject"),
            row.getString("kind"),
            row.getString("body"),
            row.getTimestamp("at").toInstant());

    private EventQuery() {}

    static List<StoredEvent> after(Handle handle, EventPosition position, int limit) {
        return handle.createQuery(AFTER)
                .bind("transaction", position.transaction())
                .bind("id", position.id())
                .bind("limit", limit)
                .map(EVENT)
                .list();
    }

    /** The newest event that a reader may see; the beginning when there is none. */
    static EventPosition last(Handle handle) {
        return handle.createQuery(LAST).map(POSITION).findOne().orElse(EventPosition.BEGINNING);
    }

    /** The oldest event that is still kept. */
    static Optional<EventPosition> first(Handle handle) {
        return handle.createQuery(FIRST).map(POSITION).findOne();
    }
}

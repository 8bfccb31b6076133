package dev.penstock.core.ops;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.json.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Reads the audit trail, newest first. */
final class AuditQuery {
    private static final String PAGE = """
            SELECT seq, at, actor, action, object, outcome, detail
              FROM audit
             WHERE (CAST(:before AS bigint) IS NULL OR seq < :before)
               AND (CAST(:actor AS text) IS NULL OR actor = :actor)
               AND (CAST(:action AS text) IS NULL OR starts_with(action, :action))
               AND (CAST(:object AS text) IS NULL OR starts_with(object, :object))
               AND (CAST(:from AS timestamptz) IS NULL OR at >= :from)
               AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
             ORDER BY seq DESC
             LIMIT :limit
            """;

    private static final RowMapper<Entry> ENTRY = (row, _) -> new Entry(
            row.getLong("seq"),
            row.getTimestamp("at").toInstant(),
            row.getString("actor"),
            row.getString("action"),
            row.getString("object"),
            row.getString("outcome"),
            Json.read(row.getString("detail"), JsonNode.class));

    private AuditQuery() {}

    /** What somebody did. */
    record Entry(long seq, Instant at, String actor, String action, String object, String outcome, JsonNode detail) {}

    /** Which entries; what is null is not asked for. {@code action} and {@code object} are beginnings. */
    record Filter(
            @Nullable String actor,
            @Nullable String action,
            @Nullable String object,
            @Nullable Instant from,
            @Nullable Instant until) {}

    static List<Entry> page(Handle handle, Filter filter, @Nullable Long before, int limit) {
        return handle.createQuery(PAGE)
                .bind("before", before)
                .bind("actor", filter.actor())
                .bind("action", filter.action())
                .bind("object", filter.object())
                .bind("from", filter.from() == null ? null : filter.from().atOffset(ZoneOffset.UTC))
                .bind("until", filter.until() == null ? null : filter.until().atOffset(ZoneOffset.UTC))
                .bind("limit", limit)
                .map(ENTRY)
                .list();
    }
}

package dev.penstock.core.material;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.json.Json;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads materials, their revisions and their events for people. */
final class MaterialQuery {
    /** Pipelines that are named; how many there are besides is a number. */
    static final int MAX_NAMED = 100;

    /** Files of a revision that a list shows. */
    static final int MAX_FILES = 100;

    private static final TypeReference<List<File>> FILES = new TypeReference<>() {};

    private static final String MATERIALS = """
            SELECT m.id, m.fingerprint, m.type, m.display_name, m.host, m.branch, m.auto_update,
                   COALESCE(m.claimed_until >= clock_timestamp(), false) AS looking,
                   m.next_check_at, m.last_checked_at, m.last_success_at, m.failures, m.error_kind, m.error_message,
                   m.error_since, c.requested_at AS asked_at,
                   n.id AS newest_id, n.revision, n.author, n.comment, n.authored_at, n.ingested_at,
                   NULL AS files, COALESCE(jsonb_array_length(n.files), 0) AS file_count,
                   (SELECT count(DISTINCT u.pipeline_id) FROM pipeline_material u WHERE u.material_id = m.id) AS used,
                   ARRAY(SELECT DISTINCT p.name
                           FROM pipeline_material u
                           JOIN pipeline p ON p.id = u.pipeline_id
                          WHERE u.material_id = m.id
                          ORDER BY p.name
                          LIMIT :named) AS pipelines
              FROM material m
              LEFT JOIN material_check c ON c.material_id = m.id
              LEFT JOIN LATERAL (SELECT *
                                   FROM modification
                                  WHERE material_id = m.id
                                  ORDER BY id DESC
                                  LIMIT 1) n ON true
            """;

    private static final String PAGE = MATERIALS + """
             WHERE (CAST(:after AS bigint) IS NULL OR m.id > :after)
               AND (NOT :failing OR m.failures > 0)
               AND EXISTS (SELECT 1 FROM pipeline_material u WHERE u.material_id = m.id)
             ORDER BY m.id
             LIMIT :limit
            """;

    private static final String FIND = MATERIALS + " WHERE m.id = :id";

    private static final String MODIFICATIONS = """
            SELECT id AS newest_id, revision, author, comment, authored_at, ingested_at,
                   jsonb_path_query_array(files, '$[0 to 99]') AS files, jsonb_array_length(files) AS file_count
              FROM modification
             WHERE material_id = :material AND (CAST(:before AS bigint) IS NULL OR id < :before)
             ORDER BY id DESC
             LIMIT :limit
            """;

    private static final String EVENTS = """
            SELECT id, kind, message, at
              FROM material_event
             WHERE material_id = :material AND (CAST(:before AS bigint) IS NULL OR id < :before)
             ORDER BY id DESC
             LIMIT :limit
            """;

    private MaterialQuery() {}

    /**
     * A material as it is shown.
     *
     * @param used how many pipelines use it
     * @param pipelines the first of them by name
     * @param askedAt when somebody asked for a look that has not come yet
     */
    record Shown(
            long id,
            String fingerprint,
            String type,
            String name,
            @Nullable String host,
            @Nullable String branch,
            boolean polled,
            boolean looking,
            Instant nextCheckAt,
            @Nullable Instant lastCheckedAt,
            @Nullable Instant lastSuccessAt,
            int failures,
            @Nullable String errorKind,
            @Nullable String errorMessage,
            @Nullable Instant errorSince,
            @Nullable Instant askedAt,
            @Nullable Modification newest,
            long used,
            List<String> pipelines) {}

    /**
     * A revision as it is shown.
     *
     * @param files the first of them
     */
    record Modification(
            long id,
            String revision,
            String author,
            String comment,
            Instant authoredAt,
            Instant ingestedAt,
            @Nullable List<File> files,
            int fileCount) {}

    record File(String path, String action) {}

    record Event(long id, String kind, String message, Instant at) {}

    /** Materials that some pipeline uses, in the order in which they became known. */
    static List<Shown> page(Handle handle, boolean failing, @Nullable Long after, int limit) {
        return handle.createQuery(PAGE)
                .bind("named", MAX_NAMED)
                .bind("after", after)
                .bind("failing", failing)
                .bind("limit", limit)
                .map((row, _) -> shown(row))
                .list();
    }

    static Optional<Shown> find(Handle handle, MaterialId id) {
        return handle.createQuery(FIND)
                .bind("named", MAX_NAMED)
                .bind("id", id.value())
                .map((row, _) -> shown(row))
                .findOne();
    }

    /** Revisions, newest first. */
    static List<Modification> modifications(Handle handle, MaterialId material, @Nullable Long before, int limit) {
        return handle.createQuery(MODIFICATIONS)
                .bind("material", material.value())
                .bind("before", before)
                .bind("limit", limit)
                .map((row, _) -> modification(row))
                .list();
    }

    /** Events, newest first. */
    static List<Event> events(Handle handle, MaterialId material, @Nullable Long before, int limit) {
        return handle.createQuery(EVENTS)
                .bind("material", material.value())
                .bind("before", before)
                .bind("limit", limit)
                .map((row, _) ->
                        new Event(row.getLong("id"), row.getString("kind"), row.getString("message"), time(row, "at")))
                .list();
    }

    private static Shown shown(ResultSet row) throws SQLException {
        Array pipelines = row.getArray("pipelines");
        boolean known = row.getObject("newest_id", Long.class) != null;
        return new Shown(
                row.getLong("id"),
                row.getString("fingerprint"),
                row.getString("type"),
                row.getString("display_name"),
                row.getString("host"),
                row.getString("branch"),
                row.getBoolean("auto_update"),
                row.getBoolean("looking"),
                time(row, "next_check_at"),
                timeOrNull(row, "last_checked_at"),
                timeOrNull(row, "last_success_at"),
                row.getInt("failures"),
                row.getString("error_kind"),
                row.getString("error_message"),
                timeOrNull(row, "error_since"),
                timeOrNull(row, "asked_at"),
                known ? modification(row) : null,
                row.getLong("used"),
                Arrays.asList((String[]) pipelines.getArray()));
    }

    private static Modification modification(ResultSet row) throws SQLException {
        String files = row.getString("files");
        return new Modification(
                row.getLong("newest_id"),
                row.getString("revision"),
                row.getString("author"),
                row.getString("comment"),
                time(row, "authored_at"),
                time(row, "ingested_at"),
                files == null ? null : Json.read(files, FILES),
                row.getInt("file_count"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(timeOrNull(row, column));
    }

    private static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}

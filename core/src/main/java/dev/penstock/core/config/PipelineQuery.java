package dev.penstock.core.config;

import dev.penstock.core.config.model.Names;
import dev.penstock.core.platform.ids.PipelineId;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Lists of pipelines and groups, a page at a time. */
final class PipelineQuery {
    private static final String PIPELINES = """
            SELECT p.id, p.name, g.name AS group_name, p.display_order, p.version, v.saved_by, v.saved_at
              FROM pipeline p
              JOIN pipeline_group g ON g.name_key = p.group_key
              JOIN pipeline_version v ON v.pipeline_id = p.id AND v.version = p.version
             WHERE p.deleted_at IS NULL
               AND p.name_key > :after
               AND (CAST(:group AS text) IS NULL OR p.group_key = :group)
               AND (CAST(:part AS text) IS NULL OR position(:part IN p.name_key) > 0)
             ORDER BY p.name_key
             LIMIT :limit
            """;

    private static final String GROUPS = """
            SELECT g.name, array_agg(p.name ORDER BY p.display_order, p.name_key) AS pipelines
              FROM pipeline_group g
              JOIN pipeline p ON p.group_key = g.name_key AND p.deleted_at IS NULL
             WHERE g.name_key > :after
             GROUP BY g.name_key, g.name
             ORDER BY g.name_key
             LIMIT :limit
            """;

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.-]{0,255}");

    private PipelineQuery() {}

    /** A pipeline that is not deleted, without its definition. */
    record Listed(
            PipelineId id, String name, String group, int displayOrder, int version, String savedBy, Instant savedAt) {}

    /** A group with the names of its pipelines. */
    record Group(String name, List<String> pipelines) {
        Group {
            pipelines = List.copyOf(pipelines);
        }
    }

    static List<Listed> pipelines(
            Handle handle, @Nullable String group, @Nullable String part, String after, int limit) {
        if ((group != null && !Names.isName(group))
                || (part != null && !PART.matcher(part).matches())) {
            return List.of(); // no name is so, and the database does not take every text
        }
        return handle.createQuery(PIPELINES)
                .bind("group", group == null ? null : Names.key(group))
                .bind("part", part == null ? null : Names.key(part))
                .bind("after", Names.key(after))
                .bind("limit", limit)
                .map((row, _) -> new Listed(
                        new PipelineId(row.getLong("id")),
                        row.getString("name"),
                        row.getString("group_name"),
                        row.getInt("display_order"),
                        row.getInt("version"),
                        row.getString("saved_by"),
                        row.getTimestamp("saved_at").toInstant()))
                .list();
    }

    static List<Group> groups(Handle handle, String after, int limit) {
        return handle.createQuery(GROUPS)
                .bind("after", Names.key(after))
                .bind("limit", limit)
                .map((row, _) -> new Group(row.getString("name"), List.of((String[])
                        row.getArray("pipelines").getArray())))
                .list();
    }
}

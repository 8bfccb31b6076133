package dev.penstock.core.insight;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.core.platform.json.Json;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Reads the materials of runs and what changed in them. */
final class ChangeQuery {
    private static final String MATERIALS = """
            SELECT u.position, u.material_id, m.type, m.display_name, u.modification_id, newest.revision,
                   u.from_modification_id, oldest.revision AS from_revision, u.changed
              FROM pipeline_run_material u
              JOIN material m ON m.id = u.material_id
              JOIN modification newest ON newest.id = u.modification_id
              JOIN modification oldest ON oldest.id = u.from_modification_id
             WHERE u.pipeline_run_id = :run
             ORDER BY u.position
            """;
    private static final String CHANGES = """
            SELECT revision, author, comment, authored_at, ingested_at, jsonb_array_length(files) AS file_count,
                   jsonb_path_query_array(files, '$[0 to 99]') AS files
              FROM modification
             WHERE material_id = :material AND id BETWEEN :from AND :to
             ORDER BY id DESC
             LIMIT :limit
            """;

    /** Of one change; who wants all of them asks the repository. Written down once more in {@link #CHANGES}. */
    static final int MOST_FILES = 100;

    private static final TypeReference<List<Change.File>> FILES = new TypeReference<>() {};

    private ChangeQuery() {}

    /**
     * A material at the revision that a run uses.
     *
     * @param position in the definition
     * @param from the id of the oldest modification that is new in the run
     */
    record Material(
            int position,
            long material,
            String type,
            String displayName,
            long modification,
            String revision,
            long from,
            String fromRevision,
            boolean changed) {}

    /** The materials of a run, in the order of its definition. */
    static List<Material> materials(Handle handle, long run) {
        return handle.createQuery(MATERIALS)
                .bind("run", run)
                .map((row, _) -> new Material(
                        row.getInt("position"),
                        row.getLong("material_id"),
                        row.getString("type"),
                        row.getString("display_name"),
                        row.getLong("modification_id"),
                        row.getString("revision"),
                        row.getLong("from_modification_id"),
                        row.getString("from_revision"),
                        row.getBoolean("changed")))
                .list();
    }

    /** The changes of a material whose ids are in this range, newest first. */
    static List<Change> between(Handle handle, long material, long from, long to, int limit) {
        return handle.createQuery(CHANGES)
                .bind("material", material)
                .bind("from", from)
                .bind("to", to)
                .bind("limit", limit)
                .map((row, _) -> new Change(
                        row.getString("revision"),
                        row.getString("author"),
                        row.getString("comment"),
                        TimeMapper.at(row, "authored_at"),
                        TimeMapper.at(row, "ingested_at"),
                        Json.read(row.getString("files"), FILES),
                        row.getInt("file_count")))
                .list();
    }
}

package dev.penstock.core.schedule;

import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.schedule.Situation.Modification;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Finds the revisions that people choose. */
final class PinQuery {
    private static final String EXACT = """
            SELECT id, revision, author
              FROM modification
             WHERE material_id = :material AND revision = :revision
             ORDER BY id DESC
             LIMIT 1
            """;

    /** The newest modification of each revision: one that came again after a force-push counts once. */
    private static final String BEGINNING = """
            SELECT max(id) AS id, revision, max(author) AS author
              FROM modification
             WHERE material_id = :material AND starts_with(revision, :revision)
             GROUP BY revision
             LIMIT 2
            """;

    private PinQuery() {}

    /** The revision itself, or those that begin so: none, one, or the first two of several. */
    static List<Modification> find(Handle handle, MaterialId material, String revision) {
        List<Modification> exact = find(handle, EXACT, material, revision);
        return exact.isEmpty() ? find(handle, BEGINNING, material, revision) : exact;
    }

    private static List<Modification> find(Handle handle, String sql, MaterialId material, String revision) {
        return handle.createQuery(sql)
                .bind("material", material.value())
                .bind("revision", revision)
                .map((row, _) ->
                        new Modification(row.getLong("id"), row.getString("revision"), row.getString("author")))
                .list();
    }
}

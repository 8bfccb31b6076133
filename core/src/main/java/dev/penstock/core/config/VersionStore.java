package dev.penstock.core.config;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Versions of pipelines as rows, which are only added. */
final class VersionStore {
    private static final String ADD = """
            INSERT INTO pipeline_version (
                   pipeline_id, version, definition, definition_id, saved_by, comment, restored_from, deleted)
            VALUES (:pipeline, :version, CAST(:definition AS json), :resolved, :by, :comment, :restored_from, :deleted)
            """;

    private static final String COLUMNS = """
            SELECT version, definition_id, saved_by, saved_at, comment, restored_from, deleted
              FROM pipeline_version
             WHERE pipeline_id = :pipeline
            """;
    private static final String ONE = COLUMNS + " AND version = :version";
    private static final String OLDER = COLUMNS + " AND version < :before ORDER BY version DESC LIMIT :limit";

    private static final String WRITTEN = """
            SELECT definition
              FROM pipeline_version
             WHERE pipeline_id = :pipeline AND version = :version
            """;

    private static final RowMapper<Version> AS_VERSION = (row, _) -> new Version(
            row.getInt("version"),
            new DefinitionId(row.getLong("definition_id")),
            row.getString("saved_by"),
            row.getTimestamp("saved_at").toInstant(),
            row.getString("comment"),
            row.getObject("restored_from", Integer.class),
            row.getBoolean("deleted"));

    private VersionStore() {}

    /**
     * A version without its definition.
     *
     * @param restoredFrom the older version that was saved again; null otherwise
     * @param deleted whether the pipeline was deleted; the definition is then the last one
     */
    record Version(
            int version,
            DefinitionId resolved,
            String savedBy,
            Instant savedAt,
            String comment,
            @Nullable Integer restoredFrom,
            boolean deleted) {}

    /** What is added beside the definition. */
    record Entry(
            PipelineId pipeline,
            int version,
            DefinitionId resolved,
            String by,
            String comment,
            @Nullable Integer restoredFrom,
            boolean deleted) {}

    static void add(Handle tx, Entry entry, PipelineDefinition written) {
        tx.createUpdate(ADD)
                .bind("pipeline", entry.pipeline().value())
                .bind("version", entry.version())
                .bind("definition", Json.write(written))
                .bind("resolved", entry.resolved().value())
                .bind("by", entry.by())
                .bind("comment", entry.comment())
                .bind("restored_from", entry.restoredFrom())
                .bind("deleted", entry.deleted())
                .execute();
    }

    static Optional<Version> find(Handle handle, PipelineId pipeline, int version) {
        return handle.createQuery(ONE)
                .bind("pipeline", pipeline.value())
                .bind("version", version)
                .map(AS_VERSION)
                .findOne();
    }

    /** Versions before one, the newest first. */
    static List<Version> older(Handle handle, PipelineId pipeline, int before, int limit) {
        return handle.createQuery(OLDER)
                .bind("pipeline", pipeline.value())
                .bind("before", before)
                .bind("limit", limit)
                .map(AS_VERSION)
                .list();
    }

    /** The definition of a version as it was written. */
    static Optional<PipelineDefinition> written(Handle handle, PipelineId pipeline, int version) {
        return handle.createQuery(WRITTEN)
                .bind("pipeline", pipeline.value())
                .bind("version", version)
                .mapTo(String.class)
                .findOne()
                .map(json -> Json.read(json, PipelineDefinition.class));
    }
}

package dev.penstock.core.config;

import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.ReferenceRules.Reference;
import dev.penstock.core.platform.ids.PipelineId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Which other pipelines the current definitions name. */
final class ReferenceStore {
    private static final String FORGET = """
            DELETE FROM pipeline_reference
             WHERE pipeline_id = :pipeline
            """;

    private static final String ADD = """
            INSERT INTO pipeline_reference (pipeline_id, other_key, stage_key, material, pointer)
            VALUES (:pipeline, :other, :stage, :material, :pointer)
            """;

    private static final String TO = """
            SELECT p.name, r.material, r.pointer
              FROM pipeline_reference r JOIN pipeline p ON p.id = r.pipeline_id
             WHERE r.other_key = :key AND p.name_key <> :key
             ORDER BY p.name_key, r.pointer
             LIMIT :limit
            """;

    /** A fetch from an ancestor goes along materials, so that whoever it concerns is found by them. */
    private static final String DOWNSTREAM = """
            WITH RECURSIVE below (name_key) AS (
                SELECT CAST(:key AS text)
                 UNION
                SELECT p.name_key
                  FROM below b
                  JOIN pipeline_reference r ON r.other_key = b.name_key AND r.material
                  JOIN pipeline p ON p.id = r.pipeline_id
            )
            SELECT name_key
              FROM below
             WHERE name_key <> :key
             ORDER BY name_key
            """;

    private ReferenceStore() {}

    /** Another pipeline's use of one. */
    record Use(String pipeline, boolean material, String pointer) {}

    static void replace(Handle tx, PipelineId pipeline, List<Reference> references) {
        tx.createUpdate(FORGET).bind("pipeline", pipeline.value()).execute();
        if (references.isEmpty()) {
            return;
        }
        try (var batch = tx.prepareBatch(ADD)) {
            for (Reference reference : references) {
                batch.bind("pipeline", pipeline.value())
                        .bind("other", reference.pipelineKey())
                        .bind("stage", reference.stageKey())
                        .bind("material", reference.material())
                        .bind("pointer", reference.pointer())
                        .add();
            }
            batch.execute();
        }
    }

    /** The first uses of a pipeline by others. */
    static List<Use> usesOf(Handle handle, String name, int limit) {
        return handle.createQuery(TO)
                .bind("key", Names.key(name))
                .bind("limit", limit)
                .map((row, _) -> new Use(row.getString("name"), row.getBoolean("material"), row.getString("pointer")))
                .list();
    }

    /** The keys of all pipelines that come after one, near and far. */
    static List<String> downstream(Handle handle, String name) {
        return handle.createQuery(DOWNSTREAM)
                .bind("key", Names.key(name))
                .mapTo(String.class)
                .list();
    }
}

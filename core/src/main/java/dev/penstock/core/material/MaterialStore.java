package dev.penstock.core.material;

import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.json.Json;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Which materials there are, and which pipelines use them. A material that nobody uses any more stays with its history
 * and is not looked at.
 */
final class MaterialStore {
    private static final String ONE_SAVE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('penstock.materials'))";

    private static final String REGISTER = """
            INSERT INTO material AS m (fingerprint, type, options, options_of, display_name, repository, branch, auto_update)
            VALUES (:fingerprint, :type, CAST(:options AS jsonb), :pipeline, :name, :repository, :branch, false)
                ON CONFLICT (fingerprint) DO UPDATE
               SET options = excluded.options, options_of = excluded.options_of,
                   repository = excluded.repository, branch = excluded.branch,
                   next_check_at = CASE WHEN m.options = excluded.options AND m.options_of = excluded.options_of
                                        THEN m.next_check_at
                                        ELSE now()
                                   END
            RETURNING id, next_check_at = now() AS due
            """;

    private static final String USED = """
            SELECT DISTINCT material_id
              FROM pipeline_material
             WHERE pipeline_id = :pipeline
            """;

    private static final String FORGET_USES = """
            DELETE FROM pipeline_material
             WHERE pipeline_id = :pipeline
            """;

    private static final String USE = """
            INSERT INTO pipeline_material (pipeline_id, position, material_id, auto_update)
            VALUES (:pipeline, :position, :material, :autoUpdate)
            """;

    private static final String SETTLE = """
            UPDATE material m
               SET auto_update = wanted.polled,
                   next_check_at = CASE WHEN wanted.polled AND NOT m.auto_update THEN now() ELSE m.next_check_at END
              FROM (SELECT l.id, l.type <> :upstream AND EXISTS (SELECT 1
                                                                   FROM pipeline_material u
                                                                  WHERE u.material_id = l.id AND u.auto_update) AS polled
                      FROM material l
                     WHERE l.id = ANY(:materials)
                     ORDER BY l.id
                       FOR NO KEY UPDATE) wanted
             WHERE m.id = wanted.id AND m.auto_update <> wanted.polled
            """;

    private static final String OTHER_USE = """
            SELECT u.pipeline_id, u.position
              FROM material m
              JOIN pipeline_material u ON u.material_id = m.id
             WHERE m.id = :material AND m.options_of = :pipeline
             ORDER BY u.pipeline_id DESC
             LIMIT 1
            """;

    private static final String TAKE_OPTIONS = """
            UPDATE material
               SET options = CAST(:options AS jsonb), options_of = :pipeline, next_check_at = now()
             WHERE id = :material
            """;

    private static final String FINGERPRINTS = """
            SELECT id, fingerprint
              FROM material
             WHERE id = ANY(:materials)
            """;

    private static final String UNUSED = """
            SELECT id
              FROM unnest(:materials) AS known (id)
             WHERE NOT EXISTS (SELECT 1 FROM pipeline_material u WHERE u.material_id = known.id)
               AND NOT EXISTS (SELECT 1 FROM material m WHERE m.id = known.id AND m.claimed_until >= clock_timestamp())
            """;

    private MaterialStore() {}

    /** @param due whether it is new, or its options are, so that it is to be looked at soon */
    record Registered(MaterialId id, boolean due) {}

    /** Where a pipeline uses a material. */
    record Use(PipelineId pipeline, int position) {}

    /**
     * Lets one save after the other change which materials there are and who uses them: they lock, and make, several at
     * once, and no order would keep two that exchange materials apart. Looks lock one material each.
     */
    static void lock(Handle tx) {
        tx.createQuery(ONE_SAVE_AT_A_TIME).mapTo(String.class).list();
    }

    /** Makes the material known, or gives the known one these options. */
    static Registered register(Handle tx, MaterialIdentity identity, MaterialDefinition material, PipelineId pipeline) {
        return tx.createQuery(REGISTER)
                .bind("fingerprint", identity.fingerprint())
                .bind("type", material.type())
                .bind("options", Json.write(material.options()))
                .bind("pipeline", pipeline.value())
                .bind("name", identity.name())
                .bind("repository", identity.repository())
                .bind("branch", identity.branch())
                .map((row, _) -> new Registered(new MaterialId(row.getLong("id")), row.getBoolean("due")))
                .one();
    }

    static List<MaterialId> used(Handle tx, PipelineId pipeline) {
        return tx.createQuery(USED)
                .bind("pipeline", pipeline.value())
                .map((row, _) -> new MaterialId(row.getLong("material_id")))
                .list();
    }

    static void forgetUses(Handle tx, PipelineId pipeline) {
        tx.createUpdate(FORGET_USES).bind("pipeline", pipeline.value()).execute();
    }

    static void use(Handle tx, PipelineId pipeline, int position, MaterialId material, boolean autoUpdate) {
        tx.createUpdate(USE)
                .bind("pipeline", pipeline.value())
                .bind("position", position)
                .bind("material", material.value())
                .bind("autoUpdate", autoUpdate)
                .execute();
    }

    /** Polls a material when, and only when, one of the pipelines that use it wants that. */
    static void settlePolling(Handle tx, Collection<MaterialId> materials) {
        tx.createUpdate(SETTLE)
                .bind("upstream", MaterialDefinition.PIPELINE)
                .bindArray(
                        "materials",
                        Long.class,
                        materials.stream().map(MaterialId::value).toList())
                .execute();
    }

    /** Another use of a material whose options are those of this pipeline, which does not use it any more. */
    static Optional<Use> otherUse(Handle tx, MaterialId material, PipelineId pipeline) {
        return tx.createQuery(OTHER_USE)
                .bind("material", material.value())
                .bind("pipeline", pipeline.value())
                .map((row, _) -> new Use(new PipelineId(row.getLong("pipeline_id")), row.getInt("position")))
                .findOne();
    }

    static void takeOptions(Handle tx, MaterialId id, MaterialDefinition material, PipelineId pipeline) {
        tx.createUpdate(TAKE_OPTIONS)
                .bind("options", Json.write(material.options()))
                .bind("pipeline", pipeline.value())
                .bind("material", id.value())
                .execute();
    }

    static Map<MaterialId, String> fingerprints(Handle handle, Collection<MaterialId> materials) {
        Map<MaterialId, String> fingerprints = new HashMap<>();
        handle.createQuery(FINGERPRINTS)
                .bindArray(
                        "materials",
                        Long.class,
                        materials.stream().map(MaterialId::value).toList())
                .map((row, _) -> Map.entry(new MaterialId(row.getLong("id")), row.getString("fingerprint")))
                .forEach(entry -> fingerprints.put(entry.getKey(), entry.getValue()));
        return fingerprints;
    }

    /** Those of the materials that no pipeline uses and that nobody is looking at. */
    static List<MaterialId> unused(Handle handle, Collection<MaterialId> materials) {
        return handle.createQuery(UNUSED)
                .bindArray(
                        "materials",
                        Long.class,
                        materials.stream().map(MaterialId::value).toList())
                .map((row, _) -> new MaterialId(row.getLong("id")))
                .list();
    }
}

package dev.penstock.core.config;

import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Pipelines and their definitions as rows. The only class that writes a pipeline's version. */
final class DefinitionStore {
    private static final String HEAD = """
            SELECT id, name, name_key, version, definition_id, deleted_at IS NOT NULL AS deleted
              FROM pipeline
            """;
    private static final String HEAD_BY_ID = HEAD + " WHERE id = :id";
    private static final String HEAD_BY_NAME = HEAD + " WHERE name_key = :key";
    private static final String LOCK_BY_NAME = HEAD + " WHERE name_key = :key FOR UPDATE";
    private static final String HEADS = HEAD + " WHERE deleted_at IS NULL ORDER BY group_key, name_key";

    private static final String RESOLVED = """
            SELECT definition
              FROM resolved_definition
             WHERE id = :id
            """;

    private static final String INTERN = """
            INSERT INTO resolved_definition (sha256, definition)
            VALUES (:sha256, CAST(:definition AS json))
                ON CONFLICT (sha256) DO NOTHING
            """;

    private static final String BY_HASH = """
            SELECT id
              FROM resolved_definition
             WHERE sha256 = :sha256
            """;

    private static final String LOCK_ALL = """
            SELECT pg_advisory_xact_lock(:lock)
            """;

    private static final String MAKE_GROUP = """
            INSERT INTO pipeline_group (name_key, name)
            VALUES (:key, :name)
                ON CONFLICT (name_key) DO NOTHING
            """;

    private static final String ACTIVE_RUN = """
            SELECT counter
              FROM pipeline_run
             WHERE pipeline_id = :id AND state = 'ACTIVE'
             ORDER BY counter
             LIMIT 1
            """;

    /** Any number that no other lock of this database has; "defs" in ASCII. */
    private static final long DEFINITIONS = 0x64656673;

    private static final String NEXT_ID = """
            SELECT nextval(pg_get_serial_sequence('pipeline', 'id'))
            """;

    private static final String INSERT = """
            INSERT INTO pipeline (id, name, name_key, group_key, display_order, version, definition_id)
            OVERRIDING SYSTEM VALUE
            VALUES (:id, :name, :key, :group, :order, :version, :definition)
            """;

    private static final String UPDATE = """
            UPDATE pipeline
               SET name = :name, group_key = :group, display_order = :order, version = :version,
                   definition_id = :definition, deleted_at = NULL
             WHERE id = :id
            """;

    private static final String DELETE = """
            UPDATE pipeline
               SET deleted_at = now(), version = :version
             WHERE id = :id
            """;

    private static final RowMapper<Head> AS_HEAD = (row, ctx) -> new Head(
            new PipelineId(row.getLong("id")),
            row.getString("name"),
            row.getInt("version"),
            new DefinitionId(row.getLong("definition_id")),
            row.getBoolean("deleted"));

    private DefinitionStore() {}

    /**
     * A pipeline's row, without its definition.
     *
     * @param deleted whether only its history is left
     */
    record Head(PipelineId id, String name, int version, DefinitionId definitionId, boolean deleted) {}

    static Optional<Head> head(Handle handle, PipelineId id) {
        return handle.createQuery(HEAD_BY_ID)
                .bind("id", id.value())
                .map(AS_HEAD)
                .findOne();
    }

    /** By the name in any case; what can be no name is not even looked for. */
    static Optional<Head> head(Handle handle, String name) {
        if (!Names.isName(name)) {
            return Optional.empty();
        }
        return handle.createQuery(HEAD_BY_NAME)
                .bind("key", Names.key(name))
                .map(AS_HEAD)
                .findOne();
    }

    /** Locks the row, so that one save of a pipeline comes after the other. */
    static Optional<Head> lock(Handle tx, String name) {
        if (!Names.isName(name)) {
            return Optional.empty();
        }
        return tx.createQuery(LOCK_BY_NAME)
                .bind("key", Names.key(name))
                .map(AS_HEAD)
                .findOne();
    }

    /**
     * Lets one save after the other happen, on all servers: definitions name each other, and two saves that are right by
     * themselves could be wrong together. A save takes a few milliseconds.
     */
    static void lockAll(Handle tx) {
        tx.createQuery(LOCK_ALL).bind("lock", DEFINITIONS).map((_, _) -> true).one();
    }

    static void makeGroup(Handle tx, String name) {
        tx.createUpdate(MAKE_GROUP)
                .bind("key", Names.key(name))
                .bind("name", name)
                .execute();
    }

    /** The counter of a run that is under way. */
    static Optional<Long> activeRun(Handle tx, PipelineId id) {
        return tx.createQuery(ACTIVE_RUN)
                .bind("id", id.value())
                .mapTo(Long.class)
                .findOne();
    }

    static List<Head> heads(Handle handle) {
        return handle.createQuery(HEADS).map(AS_HEAD).list();
    }

    /** A resolved definition, and how long it is as text. */
    record Resolved(PipelineDefinition definition, int chars) {}

    static Resolved resolved(Handle handle, DefinitionId id) {
        return handle.createQuery(RESOLVED)
                .bind("id", id.value())
                .mapTo(String.class)
                .findOne()
                .map(json -> new Resolved(Json.read(json, PipelineDefinition.class), json.length()))
                .orElseThrow(() -> new IllegalStateException("No resolved definition " + id.value()));
    }

    /** Stores a resolved definition, or finds the same one that is there already. */
    static DefinitionId intern(Handle tx, PipelineDefinition resolved) {
        String json = Json.write(resolved);
        String sha256 = sha256(json);
        tx.createUpdate(INTERN).bind("sha256", sha256).bind("definition", json).execute();
        return new DefinitionId(
                tx.createQuery(BY_HASH).bind("sha256", sha256).mapTo(Long.class).one());
    }

    static PipelineId nextId(Handle tx) {
        return new PipelineId(tx.createQuery(NEXT_ID).mapTo(Long.class).one());
    }

    /** Makes the row at version 1, or changes it; a deleted pipeline is there again. */
    static void put(Handle tx, PipelineId id, int version, PipelineDefinition definition, DefinitionId resolved) {
        makeGroup(tx, definition.group());
        write(tx, version == 1 ? INSERT : UPDATE, id, version, definition, resolved);
    }

    static void delete(Handle tx, PipelineId id, int version) {
        tx.createUpdate(DELETE).bind("id", id.value()).bind("version", version).execute();
    }

    private static void write(
            Handle tx, String sql, PipelineId id, int version, PipelineDefinition definition, DefinitionId resolved) {
        try (var update = tx.createUpdate(sql)) {
            update.bind("id", id.value())
                    .bind("name", definition.name())
                    .bind("group", Names.key(definition.group()))
                    .bind("order", definition.displayOrder())
                    .bind("version", version)
                    .bind("definition", resolved.value());
            if (sql.equals(INSERT)) {
                update.bind("key", Names.key(definition.name()));
            }
            update.execute();
        }
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}

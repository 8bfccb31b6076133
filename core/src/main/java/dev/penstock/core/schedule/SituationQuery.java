package dev.penstock.core.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.config.CurrentDefinition;
import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.material.RevisionStore;
import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.schedule.Situation.Change;
import dev.penstock.core.schedule.Situation.LastRun;
import dev.penstock.core.schedule.Situation.MaterialNow;
import dev.penstock.core.schedule.Situation.Modification;
import dev.penstock.core.schedule.Situation.Pause;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Loads what decisions are made from. Thread-safe. */
final class SituationQuery {
    /** Modifications that are compared with a filter at once. */
    private static final int PAGE = 200;

    private static final String PIPELINE = """
            SELECT id, version, definition_id, run_counter, paused_at, paused_by, pause_reason, clock_timestamp() AS now
              FROM pipeline
             WHERE deleted_at IS NULL AND
            """;
    private static final String BY_ID = PIPELINE + " id = :id";
    private static final String BY_NAME = PIPELINE + " name_key = :key";
    private static final String LOCK = " FOR NO KEY UPDATE";

    /** One row for each material; one without a material when the pipeline has none. */
    private static final String LOAD = """
            WITH facts AS (
                SELECT (SELECT r.counter
                          FROM stage_run s
                          JOIN pipeline_run r ON r.id = s.pipeline_run_id
                         WHERE s.pipeline_id = :pipeline AND s.name_key = :first AND s.ended_at IS NULL) AS active_run,
                       (SELECT t.id
                          FROM trigger_request t
                         WHERE t.pipeline_id = :pipeline AND t.state = 'WAITING'
                         ORDER BY t.requested_at
                         LIMIT 1) AS waiting_trigger,
                       last.counter AS last_counter,
                       ARRAY(SELECT material_id
                               FROM pipeline_run_material
                              WHERE pipeline_run_id = last.id
                              ORDER BY position) AS last_materials
                  FROM (VALUES (1)) AS one
                  LEFT JOIN (SELECT id, counter
                               FROM pipeline_run
                              WHERE pipeline_id = :pipeline
                              ORDER BY counter DESC
                              LIMIT 1) last ON true
            )
            SELECT facts.*,
                   u.position, m.id, m.type, m.auto_update, m.display_name, m.error_message,
                   n.id AS newest_id, n.revision, n.author,
                   g.modification_id AS seen,
                   CASE WHEN g.ignored_by = :definition THEN g.ignored_up_to END AS ignored_up_to,
                   (SELECT f.id
                      FROM modification f
                     WHERE f.material_id = m.id AND f.id > g.modification_id
                     ORDER BY f.id
                     LIMIT 1) AS first_new
              FROM facts
              LEFT JOIN pipeline_material u ON u.pipeline_id = :pipeline
              LEFT JOIN material m ON m.id = u.material_id
              LEFT JOIN LATERAL (SELECT id, revision, author
                                   FROM modification
                                  WHERE material_id = m.id
                                  ORDER BY id DESC
                                  LIMIT 1) n ON true
              LEFT JOIN pipeline_progress g ON g.pipeline_id = u.pipeline_id AND g.material_id = m.id
             ORDER BY u.position
            """;

    private static final String FILES = """
            SELECT id, files
              FROM modification
             WHERE material_id = :material AND id > :after
             ORDER BY id
             LIMIT :limit
            """;

    private final Definitions definitions;

    SituationQuery(Definitions definitions) {
        this.definitions = definitions;
    }

    /**
     * A pipeline's row.
     *
     * @param runs the counter of the newest run; 0 when there is none
     * @param now the database's time
     */
    record PipelineRow(
            CurrentDefinition pipeline, long runs, @Nullable Pause paused, Instant now) {}

    /** Locks a pipeline that is not deleted: its mutex. */
    Optional<PipelineRow> lock(Handle tx, PipelineId id) {
        Writes.send(tx);
        return tx.createQuery(BY_ID + LOCK)
                .bind("id", id.value())
                .map((row, _) -> pipeline(tx, row))
                .findOne();
    }

    /** As {@link #lock(Handle, PipelineId)}, by the name in any case. */
    Optional<PipelineRow> lock(Handle tx, String name) {
        return find(tx, name, LOCK);
    }

    /** Reads a pipeline without a lock. */
    Optional<PipelineRow> find(Handle handle, String name) {
        return find(handle, name, "");
    }

    private Optional<PipelineRow> find(Handle handle, String name, String lock) {
        Writes.send(handle);
        return handle.createQuery(BY_NAME + lock)
                .bind("key", Names.key(name))
                .map((row, _) -> pipeline(handle, row))
                .findOne();
    }

    private PipelineRow pipeline(Handle handle, ResultSet row) throws SQLException {
        var id = new PipelineId(row.getLong("id"));
        var definition = new DefinitionId(row.getLong("definition_id"));
        OffsetDateTime pausedAt = row.getObject("paused_at", OffsetDateTime.class);
        Pause paused = pausedAt == null
                ? null
                : new Pause(row.getString("paused_by"), row.getString("pause_reason"), pausedAt.toInstant());
        return new PipelineRow(
                new CurrentDefinition(id, row.getInt("version"), definition, definitions.byId(handle, definition)),
                row.getLong("run_counter"),
                paused,
                row.getObject("now", OffsetDateTime.class).toInstant());
    }

    /** What counts besides the materials. */
    private record Facts(
            @Nullable Long activeRun,
            @Nullable UUID waitingTrigger,
            @Nullable LastRun last) {
        static Facts read(ResultSet row) throws SQLException {
            return new Facts(
                    row.getObject("active_run", Long.class),
                    row.getObject("waiting_trigger", UUID.class),
                    SituationQuery.last(row));
        }
    }

    /** The rest of the situation. */
    Situation load(Handle handle, PipelineRow row) {
        record Loaded(Facts facts, @Nullable MaterialRow material) {}

        Writes.send(handle);
        CurrentDefinition pipeline = row.pipeline();
        List<Loaded> loaded = handle.createQuery(LOAD)
                .bind("pipeline", pipeline.id().value())
                .bind("definition", pipeline.definitionId().value())
                .bind(
                        "first",
                        Names.key(pipeline.definition().stages().getFirst().name()))
                .map((result, _) -> new Loaded(Facts.read(result), MaterialRow.read(result)))
                .list();
        List<MaterialNow> now = new ArrayList<>();
        for (Loaded each : loaded) {
            if (each.material() != null) {
                now.add(material(handle, pipeline, each.material()));
            }
        }
        Facts facts = loaded.getFirst().facts();
        return new Situation(pipeline, row.paused(), facts.activeRun(), facts.waitingTrigger(), facts.last(), now);
    }

    private static @Nullable LastRun last(ResultSet row) throws SQLException {
        Long counter = row.getObject("last_counter", Long.class);
        if (counter == null) {
            return null;
        }
        Array array = row.getArray("last_materials");
        return new LastRun(
                counter,
                Arrays.stream((Long[]) array.getArray()).map(MaterialId::new).toList());
    }

    private MaterialNow material(Handle handle, CurrentDefinition pipeline, MaterialRow row) {
        MaterialDefinition definition = pipeline.definition().materials().get(row.position());
        boolean upstream = row.type().equals(MaterialDefinition.PIPELINE);
        return new MaterialNow(
                row.position(),
                row.id(),
                definition.name() == null ? row.displayName() : definition.name(),
                upstream,
                !upstream || !Boolean.TRUE.equals(definition.options().get("ignore_for_scheduling")),
                row.polled(),
                row.newest(),
                row.seen(),
                row.firstNew(),
                change(handle, row, new ChangeFilter(definition.filter())),
                row.trouble());
    }

    private static Change change(Handle handle, MaterialRow row, ChangeFilter filter) {
        Modification newest = row.newest();
        Long seen = row.seen();
        if (newest == null || (seen != null && newest.id() <= seen)) {
            return Change.NOTHING;
        }
        if (seen == null || !filter.isThere()) {
            return Change.SOMETHING;
        }
        long after = row.ignoredUpTo() == null ? seen : Math.max(seen, row.ignoredUpTo());
        return isAllIgnored(handle, row.id(), after, filter) ? Change.IGNORED : Change.SOMETHING;
    }

    private static boolean isAllIgnored(Handle handle, MaterialId material, long after, ChangeFilter filter) {
        record Changed(long id, List<String> files) {}

        List<Changed> page;
        long last = after;
        do {
            page = handle.createQuery(FILES)
                    .bind("material", material.value())
                    .bind("after", last)
                    .bind("limit", PAGE)
                    .map((row, _) -> new Changed(row.getLong("id"), files(row.getString("files"))))
                    .list();
            for (Changed changed : page) {
                if (!filter.ignores(changed.files(), changed.files().size() < RevisionStore.MAX_FILES)) {
                    return false;
                }
                last = changed.id();
            }
        } while (page.size() == PAGE);
        return true;
    }

    private static List<String> files(String json) {
        List<String> files = new ArrayList<>();
        for (JsonNode file : Json.read(json, JsonNode.class)) {
            files.add(file.isTextual() ? file.asText() : file.path("path").asText());
        }
        return files;
    }

    private record MaterialRow(
            int position,
            MaterialId id,
            String type,
            boolean polled,
            String displayName,
            @Nullable Modification newest,
            @Nullable Long seen,
            @Nullable Long ignoredUpTo,
            @Nullable Long firstNew,
            @Nullable String trouble) {

        /** Null when the row has no material. */
        static @Nullable MaterialRow read(ResultSet row) throws SQLException {
            Integer position = row.getObject("position", Integer.class);
            if (position == null) {
                return null;
            }
            Long newest = row.getObject("newest_id", Long.class);
            return new MaterialRow(
                    position,
                    new MaterialId(row.getLong("id")),
                    row.getString("type"),
                    row.getBoolean("auto_update"),
                    row.getString("display_name"),
                    newest == null
                            ? null
                            : new Modification(newest, row.getString("revision"), row.getString("author")),
                    row.getObject("seen", Long.class),
                    row.getObject("ignored_up_to", Long.class),
                    row.getObject("first_new", Long.class),
                    row.getString("error_message"));
        }
    }
}

package dev.penstock.core.testing;

import dev.penstock.core.config.CurrentDefinition;
import dev.penstock.core.config.DefinitionListener;
import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.json.Json;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Saves resolved definitions as they are, without the checks of the server, and tells those who listen. */
public final class SavedPipelines {
    private static final String RESOLVED = """
            INSERT INTO resolved_definition (sha256, definition)
            VALUES (:sha, CAST(:definition AS jsonb))
            RETURNING id
            """;

    private static final String SAVE = """
            INSERT INTO pipeline AS p (name, name_key, group_key, version, definition_id)
            VALUES (:name, lower(:name), 'main', 1, :resolved)
                ON CONFLICT (name_key) DO UPDATE
               SET version = p.version + 1, definition_id = excluded.definition_id, deleted_at = NULL
            RETURNING id
            """;

    private final Database database;
    private final Definitions definitions;
    private final List<DefinitionListener> listeners;

    public SavedPipelines(Database database, Definitions definitions, DefinitionListener... listeners) {
        this.database = database;
        this.definitions = definitions;
        this.listeners = List.of(listeners);
    }

    public PipelineId save(PipelineDefinition definition) {
        return database.inTransaction(tx -> {
            tx.execute("INSERT INTO pipeline_group (name_key, name) VALUES ('main', 'main') ON CONFLICT DO NOTHING");
            var id = new PipelineId(tx.createQuery(SAVE)
                    .bind("name", definition.name())
                    .bind("resolved", resolved(tx, definition))
                    .mapTo(Long.class)
                    .one());
            CurrentDefinition current = definitions.current(tx, id).orElseThrow();
            listeners.forEach(listener -> listener.saved(tx, current));
            return id;
        });
    }

    public void delete(PipelineId id) {
        database.useTransaction(tx -> {
            tx.execute("UPDATE pipeline SET deleted_at = now() WHERE id = ?", id.value());
            listeners.forEach(listener -> listener.deleted(tx, id));
        });
    }

    private static long resolved(Handle tx, PipelineDefinition definition) {
        return tx.createQuery(RESOLVED)
                .bind("sha", UUID.randomUUID().toString())
                .bind("definition", Json.write(definition))
                .mapTo(Long.class)
                .one();
    }
}

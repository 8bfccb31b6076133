package dev.penstock.core.config;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.PipelineId;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Reads definitions, in the caller's transaction or on its connection. Resolved definitions never change, so those used
 * lately are kept in memory. Thread-safe.
 */
public final class Definitions {
    private final DefinitionCache cache = new DefinitionCache();

    /** The newest definition of a pipeline; empty when there is none or it is deleted. */
    public Optional<CurrentDefinition> current(Handle handle, PipelineId id) {
        return DefinitionStore.head(handle, id).filter(head -> !head.deleted()).map(head -> current(handle, head));
    }

    /** As {@link #current(Handle, PipelineId)}, by the name in any case. */
    public Optional<CurrentDefinition> current(Handle handle, String name) {
        return DefinitionStore.head(handle, name)
                .filter(head -> !head.deleted())
                .map(head -> current(handle, head));
    }

    /** The newest definitions of all pipelines that are not deleted, by group and name. */
    public List<CurrentDefinition> all(Handle handle) {
        return DefinitionStore.heads(handle).stream()
                .map(head -> current(handle, head))
                .toList();
    }

    /**
     * A resolved definition, as a run keeps it.
     *
     * @throws IllegalStateException if there is none: ids come from the database, which never forgets one
     */
    public PipelineDefinition byId(Handle handle, DefinitionId id) {
        return cache.get(id, () -> DefinitionStore.resolved(handle, id));
    }

    private CurrentDefinition current(Handle handle, DefinitionStore.Head head) {
        return new CurrentDefinition(head.id(), head.version(), head.definitionId(), byId(handle, head.definitionId()));
    }
}

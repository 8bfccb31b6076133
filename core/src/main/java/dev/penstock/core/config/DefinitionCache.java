package dev.penstock.core.config;

import dev.penstock.core.config.DefinitionStore.Resolved;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.ids.DefinitionId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Definitions that were used lately. Thread-safe: one lock, held for a map access only. */
final class DefinitionCache {
    /** As text: the 5,000 pipelines that we promise have about 10 Ki each, so that a look at all of them evicts nothing. */
    private static final long MAX_CHARS = 100L << 20;

    private final Map<DefinitionId, Resolved> entries = new LinkedHashMap<>(256, 0.75f, true);
    private long chars;

    PipelineDefinition get(DefinitionId id, Supplier<Resolved> load) {
        synchronized (entries) {
            Resolved known = entries.get(id);
            if (known != null) {
                return known.definition();
            }
        }
        Resolved loaded = load.get();
        synchronized (entries) {
            Resolved before = entries.put(id, loaded);
            chars += loaded.chars() - (before == null ? 0 : before.chars());
            Iterator<Resolved> eldest = entries.values().iterator();
            while (chars > MAX_CHARS && entries.size() > 1) {
                chars -= eldest.next().chars();
                eldest.remove();
            }
        }
        return loaded.definition();
    }
}

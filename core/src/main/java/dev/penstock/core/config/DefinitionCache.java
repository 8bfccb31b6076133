package dev.penstock.core.config;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.ids.DefinitionId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Definitions that were used lately. Thread-safe: one lock, held for a map access only. */
final class DefinitionCache {
    /** More than the 5,000 pipelines we promise, so that a look at all of them evicts nothing; about 20 KiB each. */
    private static final int MAX_ENTRIES = 6_000;

    private final Map<DefinitionId, PipelineDefinition> entries = new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<DefinitionId, PipelineDefinition> eldest) {
            return size() > MAX_ENTRIES;
        }
    };

    PipelineDefinition get(DefinitionId id, Supplier<PipelineDefinition> load) {
        synchronized (entries) {
            PipelineDefinition known = entries.get(id);
            if (known != null) {
                return known;
            }
        }
        PipelineDefinition loaded = load.get();
        synchronized (entries) {
            entries.put(id, loaded);
        }
        return loaded;
    }
}

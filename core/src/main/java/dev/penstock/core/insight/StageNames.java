package dev.penstock.core.insight;

import dev.penstock.core.platform.ids.DefinitionId;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * The names of the stages of resolved definitions, which never change: lists need no more of them, and keep them in a
 * hundredth of the memory. Thread-safe: one lock, held for a map access only.
 */
final class StageNames {
    /** More than the definitions that a dashboard and the lists of a busy day show; some 200 bytes each. */
    private static final int MAX_ENTRIES = 20_000;

    private final Map<DefinitionId, List<String>> known = new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<DefinitionId, List<String>> eldest) {
            return size() > MAX_ENTRIES;
        }
    };

    /** The names, in order, of all these definitions. */
    Map<DefinitionId, List<String>> of(Handle handle, Collection<DefinitionId> definitions) {
        Map<DefinitionId, List<String>> found = new HashMap<>();
        List<DefinitionId> missing;
        synchronized (known) {
            missing = definitions.stream()
                    .distinct()
                    .filter(id -> {
                        List<String> names = known.get(id);
                        if (names != null) {
                            found.put(id, names);
                        }
                        return names == null;
                    })
                    .toList();
        }
        if (!missing.isEmpty()) {
            Map<DefinitionId, List<String>> loaded = StageNameQuery.names(handle, missing);
            found.putAll(loaded);
            synchronized (known) {
                known.putAll(loaded);
            }
        }
        return found;
    }
}

package dev.penstock.core.schedule;

import dev.penstock.core.config.model.MaterialDefinition.Filter;
import java.util.List;

/** Which changes of a material do not start a run. Pure. */
final class ChangeFilter {
    private final List<PathPattern> patterns;
    private final boolean inverted;

    ChangeFilter(Filter filter) {
        this.patterns = filter.patterns().stream().map(PathPattern::new).toList();
        this.inverted = filter.inverted();
    }

    /** Whether there is anything to ask: without patterns nothing is ignored, not even a change without files. */
    boolean isThere() {
        return !patterns.isEmpty();
    }

    /**
     * Whether a change is ignored: when every file of it matches, or, inverted, when none does. A change without files is
     * ignored either way.
     *
     * @param complete false when it has more files than are known: then it counts
     */
    boolean ignores(List<String> files, boolean complete) {
        if (!isThere() || !complete) {
            return false;
        }
        return inverted
                ? files.stream().noneMatch(this::matches)
                : files.stream().allMatch(this::matches);
    }

    private boolean matches(String file) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(file));
    }
}

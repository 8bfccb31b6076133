package dev.penstock.core.insight;

import dev.penstock.core.config.write.DefinitionDiff;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lies between two runs of a pipeline.
 *
 * @param from the older run
 * @param definitionChanges between the definitions that the two began with
 */
record Comparison(
        String pipeline, Side from, Side to, List<Material> materials, List<DefinitionDiff.Change> definitionChanges) {

    /** One of the two runs. */
    record Side(long counter, String label, String state, int definitionVersion) {
        static Side of(Run run) {
            return new Side(run.counter(), run.label(), run.state(), run.definitionVersion());
        }
    }

    /**
     * A material that one of them uses.
     *
     * @param from the revision of the older run; null when it does not use the material
     * @param to the revision of the newer run; null when it does not use the material
     * @param backward the newer run uses an older revision: the changes are those that it goes back on
     * @param changes newest first
     * @param more there are more changes than these
     */
    record Material(
            @Nullable String name,
            String type,
            String displayName,
            @Nullable String from,
            @Nullable String to,
            boolean backward,
            List<Change> changes,
            boolean more) {}
}

package dev.penstock.core.config;

import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.write.DefinitionDiff;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.ids.PipelineId;
import java.util.List;

/**
 * What became of a save; of a dry run, what would become of it.
 *
 * @param version the newest now; the same as before when nothing has changed
 * @param changed false when the definition was the same already, so that there is no new version
 * @param written as it is stored; of a dry run, secrets that came in clear are references below 0
 * @param changes against the version before
 * @param notes what a person should know about parts of the text that were passed over
 */
public record Saved(
        PipelineId id,
        String name,
        int version,
        boolean changed,
        PipelineDefinition written,
        List<DefinitionDiff.Change> changes,
        List<Violation> notes) {

    public Saved {
        changes = List.copyOf(changes);
        notes = List.copyOf(notes);
    }
}

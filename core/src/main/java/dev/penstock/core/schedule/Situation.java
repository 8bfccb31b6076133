package dev.penstock.core.schedule;

import dev.penstock.core.config.CurrentDefinition;
import dev.penstock.core.platform.ids.MaterialId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything that counts for whether a pipeline starts now.
 *
 * @param paused null when it is not
 * @param activeRun the counter of the run in which the first stage is active; null when it is in none
 * @param waitingTrigger the oldest wish that waits for a look at the materials; null when none does
 * @param last null when it has never run
 * @param materials one for each material of the definition, in its order
 */
record Situation(
        CurrentDefinition pipeline,
        @Nullable Pause paused,
        @Nullable Long activeRun,
        @Nullable UUID waitingTrigger,
        @Nullable LastRun last,
        List<MaterialNow> materials) {

    Situation {
        materials = List.copyOf(materials);
    }

    /** Who paused the pipeline, and why. */
    record Pause(String by, @Nullable String reason, Instant since) {}

    /**
     * The newest run.
     *
     * @param materials what it was made from, in the order of its definition
     */
    record LastRun(long counter, List<MaterialId> materials) {
        LastRun {
            materials = List.copyOf(materials);
        }
    }

    /**
     * A material of the pipeline.
     *
     * @param name for people
     * @param upstream whether it is a stage of another pipeline
     * @param startsRuns false when changes of it alone do not
     * @param polled whether it is looked at from time to time without being asked for
     * @param newest null when no revision is known
     * @param seen the newest modification that a run of this pipeline has had; null when none has
     * @param firstNew the oldest modification after that; null when there is none
     * @param change what has come after that
     * @param trouble why the last look failed; null when it did not
     */
    record MaterialNow(
            int position,
            MaterialId id,
            String name,
            boolean upstream,
            boolean startsRuns,
            boolean polled,
            @Nullable Modification newest,
            @Nullable Long seen,
            @Nullable Long firstNew,
            Change change,
            @Nullable String trouble) {}

    /** A revision as it stands in its row. */
    record Modification(long id, String revision, String author) {}

    /** What has come since the newest run. */
    enum Change {
        NOTHING,
        /** All of it is ignored by the filter. */
        IGNORED,
        SOMETHING
    }
}

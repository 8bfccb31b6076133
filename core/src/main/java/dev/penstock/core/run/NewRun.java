package dev.penstock.core.run;

import dev.penstock.core.config.CurrentDefinition;
import dev.penstock.core.config.model.Variable;
import java.util.List;

/**
 * A run that is to be.
 *
 * @param pipeline with the definition that the run keeps
 * @param counter one more than that of the pipeline's newest run, as it was read under the lock
 * @param overrides variables given at the start; they replace those of the same name
 * @param materials one for each material of the definition, in its order
 */
public record NewRun(
        CurrentDefinition pipeline, long counter, Cause cause, List<Variable> overrides, List<RunMaterial> materials) {

    public NewRun {
        overrides = List.copyOf(overrides);
        materials = List.copyOf(materials);
    }

    /**
     * Why a run started.
     *
     * @param by {@code changes}, {@code timer}, or who asked
     */
    public record Cause(Kind kind, String by, String message) {
        /** The four origins. */
        public enum Kind {
            COMMIT,
            MANUAL,
            TIMER,
            UPSTREAM
        }
    }

    /**
     * A material at the revision that the run uses.
     *
     * @param position in the definition
     * @param modification the revision
     * @param fromModification the oldest that is new in this run; the same when nothing is
     * @param revision of the modification, for the label
     */
    public record RunMaterial(
            int position, long material, long modification, long fromModification, boolean changed, String revision) {}
}

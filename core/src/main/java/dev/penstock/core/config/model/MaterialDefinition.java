package dev.penstock.core.config.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A material of a pipeline.
 *
 * @param name unique in the pipeline; null when none was given
 * @param type the id of a material type such as {@code git}, or {@link #PIPELINE} for a stage of another pipeline, whose
 *     options are {@code pipeline}, {@code stage} and {@code ignore_for_scheduling}
 * @param options by name: string, number, boolean, list of strings, map of strings, or a
 *     {@link dev.penstock.core.secret.SecretRef} (in JSON {@code {"secret_ref": n}})
 * @param destination a folder inside the working directory, with {@code /}; empty for the directory itself
 * @param autoUpdate whether it is polled; a hook or a person can ask for a check in any case
 */
public record MaterialDefinition(
        @Nullable String name,
        String type,
        Map<String, Object> options,
        String destination,
        boolean autoUpdate,
        Filter filter) {

    /** The type of a material that is a stage of another pipeline. */
    public static final String PIPELINE = "pipeline";

    public MaterialDefinition {
        options = Ordered.options(options);
    }

    /**
     * Which changes do not start a run.
     *
     * @param patterns with {@code *} and {@code **}, matched against whole paths
     * @param inverted false: a change is ignored when every file matches; true: when no file matches
     */
    public record Filter(List<String> patterns, boolean inverted) {
        /** Ignores nothing. */
        public static final Filter NONE = new Filter(List.of(), false);

        public Filter {
            patterns = List.copyOf(patterns);
        }
    }
}

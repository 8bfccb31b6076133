package dev.penstock.core.config.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline as it is defined: what GoCD's XML, YAML and JSON, our API and the UI all map to.
 *
 * @param labelTemplate {@code ${COUNT}}, {@code ${material[:N]}}, {@code ${env:NAME}}
 * @param displayOrder -1 when none was given
 * @param template the name of a template in place of own stages; null when the pipeline has its own
 * @param stages at least one, unless there is a template
 */
public record PipelineDefinition(
        String name,
        String group,
        String labelTemplate,
        int displayOrder,
        LockBehavior lockBehavior,
        @Nullable String template,
        Map<String, String> parameters,
        @Nullable TrackingTool trackingTool,
        @Nullable Timer timer,
        List<Variable> variables,
        List<MaterialDefinition> materials,
        List<StageDefinition> stages) {

    public static final String DEFAULT_LABEL_TEMPLATE = "${COUNT}";

    public PipelineDefinition {
        parameters = Ordered.copy(parameters);
        variables = List.copyOf(variables);
        materials = List.copyOf(materials);
        stages = List.copyOf(stages);
    }

    /** Whether and when a run keeps other runs of the pipeline from starting. */
    public enum LockBehavior {
        NONE,
        LOCK_ON_FAILURE,
        UNLOCK_WHEN_FINISHED
    }

    /**
     * Where numbers in commit messages lead.
     *
     * @param link contains {@code ${ID}}
     * @param regex its first group is the id
     */
    public record TrackingTool(String link, String regex) {}

    /**
     * Starts runs by the clock.
     *
     * @param spec a Quartz cron expression, seconds first
     */
    public record Timer(String spec, boolean onlyOnChanges) {}
}

package dev.penstock.core.config.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables of a job: which there are, and which wins. Pure. From weakest to strongest: the agent
 * process's own and GO_SERVER_URL (which the agent adds beneath all of these), GO_PIPELINE_GROUP_NAME, the environment's,
 * GO_AGENT_RESOURCES, GO_TRIGGER_USER, the names and counters of the run, the materials', those that users declare on
 * pipeline, stage, then GO_JOB_RUN_INDEX and GO_JOB_RUN_COUNT, then those declared on the job, and last the values given
 * when the run was started, which only replace what is there.
 */
public final class EnvironmentVariables {
    /** Users' variables may not begin with one of these, so that nobody can lie about what a run is. */
    public static final List<String> RESERVED_PREFIXES = List.of("GO_", "PENSTOCK_");

    private EnvironmentVariables() {}

    /**
     * What is known about the run.
     *
     * @param triggerUser who started it; {@code changes} or {@code timer} when nobody did
     * @param rerunOfStageCounter of the stage run whose other jobs were copied; null unless jobs were run again
     * @param jobName of the instance, with its suffix
     * @param runIndex from 1; null unless the job has a number of instances
     * @param runCount null as runIndex
     */
    public record Run(
            String group,
            String triggerUser,
            String pipeline,
            long pipelineCounter,
            String label,
            String stage,
            int stageCounter,
            @Nullable Integer rerunOfStageCounter,
            String jobName,
            @Nullable Integer runIndex,
            @Nullable Integer runCount) {}

    /** The environment that the pipeline belongs to. */
    public record Environment(String name, List<Variable> variables) {
        public Environment {
            variables = List.copyOf(variables);
        }
    }

    /**
     * A material as this run builds it, in the order of the definition.
     *
     * @param name null when none was given; of a dependency without a name, the upstream pipeline's
     * @param destination empty for the working directory itself
     * @param dependency whether it is a stage of another pipeline
     * @param revision the newest; of a dependency its locator {@code pipeline/counter/stage/counter}
     * @param fromRevision the oldest that is new in this run
     * @param label of the upstream run; null unless it is a dependency
     * @param variables what the material type says, such as URL and BRANCH
     */
    public record Material(
            @Nullable String name,
            String destination,
            boolean dependency,
            String revision,
            String fromRevision,
            @Nullable String label,
            boolean changed,
            Map<String, String> variables) {
        public Material {
            variables = Ordered.copy(variables);
        }
    }

    /**
     * What users declared, and what the agent has.
     *
     * @param environment null when the pipeline is in none
     * @param agentResources as written
     * @param overrides values given when the run was started; for other names than those that are there they do nothing
     */
    public record Declared(
            @Nullable Environment environment,
            List<String> agentResources,
            List<Variable> pipeline,
            List<Variable> stage,
            List<Variable> job,
            List<Variable> overrides) {
        public Declared {
            agentResources = List.copyOf(agentResources);
            pipeline = List.copyOf(pipeline);
            stage = List.copyOf(stage);
            job = List.copyOf(job);
            overrides = List.copyOf(overrides);
        }
    }

    /** The variables of a job, each name once, in the order in which they first appear. */
    public static List<Variable> of(Run run, List<Material> materials, Declared declared) {
        var result = new LinkedHashMap<String, Variable>();
        put(result, "GO_PIPELINE_GROUP_NAME", run.group());
        Environment environment = declared.environment();
        if (environment != null) {
            put(result, "GO_ENVIRONMENT_NAME", environment.name());
            environment.variables().forEach(variable -> result.put(variable.name(), variable));
        }
        if (!declared.agentResources().isEmpty()) {
            put(result, "GO_AGENT_RESOURCES", String.join(",", declared.agentResources()));
        }
        put(result, "GO_TRIGGER_USER", run.triggerUser());
        addNames(result, run);
        materials.forEach(material -> addMaterial(result, material));
        declared.pipeline().forEach(variable -> result.put(variable.name(), variable));
        declared.stage().forEach(variable -> result.put(variable.name(), variable));
        if (run.runIndex() != null && run.runCount() != null) {
            put(result, "GO_JOB_RUN_INDEX", run.runIndex().toString());
            put(result, "GO_JOB_RUN_COUNT", run.runCount().toString());
        }
        declared.job().forEach(variable -> result.put(variable.name(), variable));
        declared.overrides().forEach(variable -> result.computeIfPresent(variable.name(), (_, _) -> variable));
        return new ArrayList<>(result.values());
    }

    private static void addNames(Map<String, Variable> result, Run run) {
        put(result, "GO_PIPELINE_NAME", run.pipeline());
        put(result, "GO_PIPELINE_COUNTER", Long.toString(run.pipelineCounter()));
        put(result, "GO_PIPELINE_LABEL", run.label());
        put(result, "GO_STAGE_NAME", run.stage());
        put(result, "GO_STAGE_COUNTER", Integer.toString(run.stageCounter()));
        if (run.rerunOfStageCounter() != null) {
            put(result, "GO_RERUN_OF_STAGE_COUNTER", run.rerunOfStageCounter().toString());
        }
        put(result, "GO_JOB_NAME", run.jobName());
    }

    private static void addMaterial(Map<String, Variable> result, Material material) {
        String suffix = suffix(material);
        if (material.dependency()) {
            put(result, "GO_DEPENDENCY_LABEL" + suffix, material.label() == null ? "" : material.label());
            put(result, "GO_DEPENDENCY_LOCATOR" + suffix, material.revision());
        } else {
            put(result, "GO_REVISION" + suffix, material.revision());
            put(result, "GO_FROM_REVISION" + suffix, material.fromRevision());
            put(result, "GO_TO_REVISION" + suffix, material.revision());
            material.variables().forEach((name, value) -> put(result, "GO_MATERIAL_" + name + suffix, value));
        }
        put(result, "GO_MATERIAL" + suffix + "_HAS_CHANGED", Boolean.toString(material.changed()));
    }

    /** Empty for the one nameless material without a destination: its variables have no suffix. */
    private static String suffix(Material material) {
        String of = material.name() == null ? material.destination() : material.name();
        if (of.isEmpty()) {
            return ""; // several without name and destination cannot be: the rules demand destinations
        }
        return "_" + legal(of);
    }

    private static String legal(String text) {
        return text.toUpperCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_]", "_");
    }

    private static void put(Map<String, Variable> result, String name, String value) {
        result.put(name, new Variable(name, value, null));
    }
}

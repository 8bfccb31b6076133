package dev.penstock.core.config.write;

import dev.penstock.core.config.model.ArtifactDefinition;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.TaskDefinition;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.secret.SecretRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Our JSON form of a definition, as maps, lists and scalars: every field, also where it has its default, and no field
 * that was not given where nothing is the default.
 */
public final class JsonForm {
    /** In place of a secret that is not stored: a dry run tells that there is one and nothing more. */
    private static final String HIDDEN = "********";

    private JsonForm() {}

    /** The whole pipeline. */
    public static Map<String, Object> of(PipelineDefinition d) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("name", d.name());
        form.put("group", d.group());
        form.put("label_template", d.labelTemplate());
        form.put("display_order", d.displayOrder());
        form.put("lock_behavior", word(d.lockBehavior()));
        put(form, "template", d.template());
        form.put(
                "parameters",
                each(d.parameters().entrySet(), entry -> pair("name", entry.getKey(), "value", entry.getValue())));
        if (d.trackingTool() != null) {
            form.put(
                    "tracking_tool",
                    pair(
                            "link",
                            d.trackingTool().link(),
                            "regex",
                            d.trackingTool().regex()));
        }
        if (d.timer() != null) {
            form.put(
                    "timer",
                    pair("spec", d.timer().spec(), "only_on_changes", d.timer().onlyOnChanges()));
        }
        form.put("variables", each(d.variables(), JsonForm::variable));
        form.put("materials", each(d.materials(), JsonForm::material));
        form.put("stages", each(d.stages(), JsonForm::stage));
        return form;
    }

    private static Map<String, Object> variable(Variable variable) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("name", variable.name());
        if (variable.secret() == null) {
            put(form, "value", variable.value());
        } else {
            form.put("secure", true);
            form.putAll(secret(variable.secret()));
        }
        return form;
    }

    private static Map<String, Object> material(MaterialDefinition material) {
        Map<String, Object> form = new LinkedHashMap<>();
        put(form, "name", material.name());
        form.put("type", material.type());
        form.put("options", options(material.options()));
        form.put("destination", material.destination());
        form.put("auto_update", material.autoUpdate());
        form.put(
                "filter",
                pair(
                        "patterns",
                        material.filter().patterns(),
                        "inverted",
                        material.filter().inverted()));
        return form;
    }

    private static Map<String, Object> stage(StageDefinition stage) {
        Map<String, Object> approval = new LinkedHashMap<>();
        approval.put("type", word(stage.approval().type()));
        approval.put("allow_only_on_success", stage.approval().allowOnlyOnSuccess());
        approval.put("users", stage.approval().users());
        approval.put("roles", stage.approval().roles());
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("name", stage.name());
        form.put("fetch_materials", stage.fetchMaterials());
        form.put("clean_working_directory", stage.cleanWorkingDirectory());
        form.put("never_cleanup_artifacts", stage.neverCleanupArtifacts());
        form.put("approval", approval);
        form.put("variables", each(stage.variables(), JsonForm::variable));
        form.put("jobs", each(stage.jobs(), JsonForm::job));
        return form;
    }

    private static Map<String, Object> job(JobDefinition job) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("name", job.name());
        form.put("run_instances", runInstances(job.runInstances()));
        form.put("resources", job.resources());
        put(form, "elastic_profile_id", job.elasticProfileId());
        put(form, "idle_timeout_minutes", job.idleTimeoutMinutes());
        put(form, "total_timeout_minutes", job.totalTimeoutMinutes());
        put(form, "queue_timeout_minutes", job.queueTimeoutMinutes());
        form.put(
                "on_agent_loss",
                pair(
                        "policy",
                        word(job.onAgentLoss().policy()),
                        "max_reruns",
                        job.onAgentLoss().maxReruns()));
        form.put("variables", each(job.variables(), JsonForm::variable));
        form.put("tasks", each(job.tasks(), task -> task(task, true)));
        form.put("artifacts", each(job.artifacts(), JsonForm::artifact));
        form.put("tabs", each(job.tabs(), tab -> pair("name", tab.name(), "path", tab.path())));
        return form;
    }

    static Object runInstances(RunInstances instances) {
        return switch (instances.kind()) {
            case ONE -> 1;
            case ALL_AGENTS -> "all";
            case COUNT -> instances.count();
        };
    }

    /** @param own whether it is a task of a job; one that runs on cancel has no conditions */
    private static Map<String, Object> task(TaskDefinition task, boolean own) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("type", task.type());
        form.put("options", options(task.options()));
        form.put("working_directory", task.workingDirectory());
        if (own) {
            form.put("run_if", each(task.runIf(), JsonForm::word));
            if (task.onCancel() != null) {
                form.put("on_cancel", task(task.onCancel(), false));
            }
        }
        form.put("timeout_minutes", task.timeoutMinutes());
        return form;
    }

    private static Map<String, Object> artifact(ArtifactDefinition artifact) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("kind", word(artifact.kind()));
        put(form, "source", artifact.source());
        form.put("destination", artifact.destination());
        put(form, "id", artifact.id());
        put(form, "store_id", artifact.storeId());
        if (!artifact.configuration().isEmpty()) {
            form.put("configuration", options(artifact.configuration()));
        }
        return form;
    }

    static Map<String, Object> options(Map<String, Object> options) {
        Map<String, Object> form = new LinkedHashMap<>();
        options.forEach((name, value) -> form.put(name, value instanceof SecretRef ref ? secret(ref) : value));
        return form;
    }

    static Map<String, Object> secret(SecretRef ref) {
        return ref.isStored() ? Map.of("secret_ref", ref.secretRef()) : Map.of("secure_value", HIDDEN);
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static Map<String, Object> pair(String one, Object first, String other, Object second) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put(one, first);
        form.put(other, second);
        return form;
    }

    private static <T> List<Object> each(Iterable<T> items, Function<T, Object> form) {
        List<Object> forms = new ArrayList<>();
        items.forEach(item -> forms.add(form.apply(item)));
        return forms;
    }

    static void put(Map<String, Object> form, String name, @Nullable Object value) {
        if (value != null) {
            form.put(name, value);
        }
    }
}

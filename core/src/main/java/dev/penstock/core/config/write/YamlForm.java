package dev.penstock.core.config.write;

import dev.penstock.core.config.model.ArtifactDefinition;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A definition in GoCD's YAML form, format 10, with our additions where GoCD has no word. Fields that have their default
 * are left out.
 */
public final class YamlForm {
    private static final int FORMAT = 10;

    private YamlForm() {}

    /** A whole file with one pipeline. */
    public static String of(PipelineDefinition definition) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("format_version", FORMAT);
        file.put("pipelines", Map.of(definition.name(), pipeline(definition)));
        return YamlWriter.write(file);
    }

    static Map<String, Object> pipeline(PipelineDefinition d) {
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("group", d.group());
        unless(PipelineDefinition.DEFAULT_LABEL_TEMPLATE, form, "label_template", d.labelTemplate());
        unless(-1, form, "display_order", d.displayOrder());
        unless("none", form, "lock_behavior", lock(d.lockBehavior()));
        JsonForm.put(form, "template", d.template());
        unless(Map.of(), form, "parameters", d.parameters());
        if (d.trackingTool() != null) {
            form.put(
                    "tracking_tool",
                    JsonForm.pair(
                            "link",
                            d.trackingTool().link(),
                            "regex",
                            d.trackingTool().regex()));
        }
        if (d.timer() != null) {
            Map<String, Object> timer = new LinkedHashMap<>();
            timer.put("spec", d.timer().spec());
            unless(false, timer, "only_on_changes", d.timer().onlyOnChanges());
            form.put("timer", timer);
        }
        variables(form, d.variables());
        form.put("materials", YamlMaterials.of(d.materials()));
        List<Object> stages = new ArrayList<>();
        d.stages().forEach(stage -> stages.add(Map.of(stage.name(), stage(stage))));
        unless(List.of(), form, "stages", stages);
        return form;
    }

    private static String lock(PipelineDefinition.LockBehavior behavior) {
        return switch (behavior) {
            case NONE -> "none";
            case LOCK_ON_FAILURE -> "lockOnFailure";
            case UNLOCK_WHEN_FINISHED -> "unlockWhenFinished";
        };
    }

    /** GoCD has two maps and reads the plain one first; where that is not our order, all are in one. */
    private static void variables(Map<String, Object> form, List<Variable> variables) {
        Map<String, Object> plain = new LinkedHashMap<>();
        Map<String, Object> secure = new LinkedHashMap<>();
        boolean mixed = false;
        for (Variable variable : variables) {
            mixed |= !variable.isSecure() && !secure.isEmpty();
            if (variable.secret() != null) {
                secure.put(variable.name(), JsonForm.secret(variable.secret()));
            } else {
                plain.put(variable.name(), String.valueOf(variable.value()));
            }
        }
        if (mixed) {
            Map<String, Object> all = new LinkedHashMap<>();
            variables.forEach(variable ->
                    all.put(variable.name(), plain.getOrDefault(variable.name(), secure.get(variable.name()))));
            form.put("environment_variables", all);
        } else {
            unless(Map.of(), form, "environment_variables", plain);
            unless(Map.of(), form, "secure_variables", secure);
        }
    }

    private static Map<String, Object> stage(StageDefinition stage) {
        Map<String, Object> form = new LinkedHashMap<>();
        unless(true, form, "fetch_materials", stage.fetchMaterials());
        unless(false, form, "keep_artifacts", stage.neverCleanupArtifacts());
        unless(false, form, "clean_workspace", stage.cleanWorkingDirectory());
        if (!stage.approval().equals(StageDefinition.Approval.AUTOMATIC)) {
            Map<String, Object> approval = new LinkedHashMap<>();
            approval.put("type", JsonForm.word(stage.approval().type()));
            unless(false, approval, "allow_only_on_success", stage.approval().allowOnlyOnSuccess());
            unless(List.of(), approval, "roles", stage.approval().roles());
            unless(List.of(), approval, "users", stage.approval().users());
            form.put("approval", approval);
        }
        variables(form, stage.variables());
        Map<String, Object> jobs = new LinkedHashMap<>();
        stage.jobs().forEach(job -> jobs.put(job.name(), job(job)));
        form.put("jobs", jobs);
        return form;
    }

    private static Map<String, Object> job(JobDefinition job) {
        Map<String, Object> form = new LinkedHashMap<>();
        JsonForm.put(form, "timeout", job.idleTimeoutMinutes());
        JsonForm.put(form, "total_timeout", job.totalTimeoutMinutes());
        JsonForm.put(form, "queue_timeout", job.queueTimeoutMinutes());
        unless(1, form, "run_instances", JsonForm.runInstances(job.runInstances()));
        unless(List.of(), form, "resources", job.resources());
        JsonForm.put(form, "elastic_profile_id", job.elasticProfileId());
        JobDefinition.OnAgentLoss loss = job.onAgentLoss();
        if (loss.equals(JobDefinition.OnAgentLoss.ASK)) {
            form.put("on_agent_loss", JsonForm.word(loss.policy()));
        } else if (!loss.equals(JobDefinition.OnAgentLoss.RERUN)) {
            form.put(
                    "on_agent_loss",
                    JsonForm.pair("policy", JsonForm.word(loss.policy()), "max_reruns", loss.maxReruns()));
        }
        variables(form, job.variables());
        Map<String, Object> tabs = new LinkedHashMap<>();
        job.tabs().forEach(tab -> tabs.put(tab.name(), tab.path()));
        unless(Map.of(), form, "tabs", tabs);
        List<Object> artifacts = new ArrayList<>();
        job.artifacts().forEach(artifact -> artifacts.add(Map.of(JsonForm.word(artifact.kind()), artifact(artifact))));
        unless(List.of(), form, "artifacts", artifacts);
        List<Object> tasks = new ArrayList<>();
        job.tasks().forEach(task -> tasks.add(YamlTasks.of(task)));
        form.put("tasks", tasks);
        return form;
    }

    private static Map<String, Object> artifact(ArtifactDefinition artifact) {
        Map<String, Object> form = new LinkedHashMap<>();
        JsonForm.put(form, "id", artifact.id());
        JsonForm.put(form, "store_id", artifact.storeId());
        JsonForm.put(form, "source", artifact.source());
        unless("", form, "destination", artifact.destination());
        if (!artifact.configuration().isEmpty()) {
            form.put("configuration", Map.of("options", JsonForm.options(artifact.configuration())));
        }
        return form;
    }

    /** Sets a field that does not have its default. */
    static void unless(Object usual, Map<String, Object> form, String name, Object value) {
        if (!usual.equals(value)) {
            form.put(name, value);
        }
    }
}

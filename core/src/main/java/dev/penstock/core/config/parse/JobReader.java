package dev.penstock.core.config.parse;

import dev.penstock.core.config.model.ArtifactDefinition;
import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import dev.penstock.core.config.model.JobDefinition.Tab;
import dev.penstock.core.config.model.Pointers;
import dev.penstock.core.config.model.TaskDefinition;
import dev.penstock.core.config.model.TaskDefinition.RunIf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The trees of jobs, as definitions. */
final class JobReader {
    private final Reading reading;

    JobReader(Reading reading) {
        this.reading = reading;
    }

    List<JobDefinition> jobs(Fields stage) {
        List<JobDefinition> jobs = new ArrayList<>();
        stage.items("jobs", (item, pointer) -> {
            var job = new Fields(reading, item, pointer);
            jobs.add(new JobDefinition(
                    job.required("name"),
                    runInstances(job),
                    job.texts("resources"),
                    job.optional("elastic_profile_id"),
                    job.number("idle_timeout_minutes"),
                    job.number("total_timeout_minutes"),
                    job.number("queue_timeout_minutes"),
                    onAgentLoss(job, pointer),
                    PipelineReader.variables(reading, job),
                    tasks(job),
                    artifacts(job),
                    tabs(job)));
            job.close();
        });
        return jobs;
    }

    private RunInstances runInstances(Fields job) {
        Doc doc = job.doc("run_instances").orElse(null);
        if (doc == null) {
            return RunInstances.ONE;
        }
        if (doc instanceof Doc.Scalar scalar && "all".equals(scalar.text())) {
            return RunInstances.ALL_AGENTS;
        }
        int count = job.number("run_instances", 1);
        return count == 1 ? RunInstances.ONE : new RunInstances(RunInstances.Kind.COUNT, count);
    }

    private OnAgentLoss onAgentLoss(Fields job, String pointer) {
        Doc doc = job.doc("on_agent_loss").orElse(null);
        if (doc == null) {
            return OnAgentLoss.RERUN;
        }
        var loss = new Fields(reading, doc, Pointers.step(pointer, "on_agent_loss"));
        var policy = loss.choice("policy", OnAgentLoss.Policy.class, OnAgentLoss.Policy.RERUN);
        int otherwise = policy == OnAgentLoss.Policy.ASK ? 0 : OnAgentLoss.RERUN.maxReruns();
        var result = new OnAgentLoss(policy, loss.number("max_reruns", otherwise));
        loss.close();
        return result;
    }

    private List<TaskDefinition> tasks(Fields job) {
        List<TaskDefinition> tasks = new ArrayList<>();
        job.items("tasks", (item, pointer) -> tasks.add(task(item, pointer, true)));
        return tasks;
    }

    private TaskDefinition task(Doc doc, String pointer, boolean own) {
        var task = new Fields(reading, doc, pointer);
        var result = new TaskDefinition(
                task.required("type"),
                OptionReader.read(reading, task, "options", pointer),
                task.text("working_directory", ""),
                own ? runIf(task) : List.of(RunIf.PASSED),
                own ? onCancel(task, pointer) : null,
                task.number("timeout_minutes", 0));
        task.close();
        return result;
    }

    private List<RunIf> runIf(Fields task) {
        List<RunIf> states = new ArrayList<>();
        task.items("run_if", (item, pointer) -> {
            reading.became(item.place(), pointer);
            states.add(Fields.choice(reading, item, "run_if", RunIf.class, RunIf.PASSED));
        });
        return states.isEmpty() ? List.of(RunIf.PASSED) : states;
    }

    private @Nullable TaskDefinition onCancel(Fields task, String pointer) {
        Doc doc = task.doc("on_cancel").orElse(null);
        return doc == null ? null : task(doc, Pointers.step(pointer, "on_cancel"), false);
    }

    private List<ArtifactDefinition> artifacts(Fields job) {
        List<ArtifactDefinition> artifacts = new ArrayList<>();
        job.items("artifacts", (item, pointer) -> {
            var artifact = new Fields(reading, item, pointer);
            artifacts.add(new ArtifactDefinition(
                    artifact.choice("kind", ArtifactDefinition.Kind.class, ArtifactDefinition.Kind.BUILD),
                    artifact.optional("source"),
                    artifact.text("destination", ""),
                    artifact.optional("id"),
                    artifact.optional("store_id"),
                    OptionReader.read(reading, artifact, "configuration", pointer)));
            artifact.close();
        });
        return artifacts;
    }

    private List<Tab> tabs(Fields job) {
        List<Tab> tabs = new ArrayList<>();
        job.items("tabs", (item, pointer) -> {
            var tab = new Fields(reading, item, pointer);
            tabs.add(new Tab(tab.required("name"), tab.required("path")));
            tab.close();
        });
        return tabs;
    }
}

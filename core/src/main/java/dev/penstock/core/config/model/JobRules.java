package dev.penstock.core.config.model;

import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.config.model.JobDefinition.RunInstances;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What must hold for stages, jobs, tasks and artifacts. */
final class JobRules {
    private static final Pattern JOB_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,255}");
    private static final Pattern RESOURCE = Pattern.compile("[-A-Za-z0-9_|. ]{1,255}");
    private static final int MAX_TAB_CHARS = 15;

    /** One stage with more could fill the queue for everybody. */
    private static final int MAX_INSTANCES = 1_000;

    private static final int MAX_RERUNS = 10;
    private static final int MAX_JOBS = 200;
    private static final int MAX_TASKS = 200;
    private static final int MAX_ARTIFACTS = 200;
    private static final int MAX_RESOURCES = 100;
    private static final int MAX_TABS = 50;
    private static final int MINUTES_PER_YEAR = 525_600;

    private final DefinitionRules rules;

    JobRules(DefinitionRules rules) {
        this.rules = rules;
    }

    void check(PipelineDefinition d) {
        for (int s = 0; s < d.stages().size(); s++) {
            StageDefinition stage = d.stages().get(s);
            String at = "/stages/" + s;
            rules.name(at + "/name", "stage", stage.name());
            rules.variables(at, stage.variables());
            if (stage.jobs().isEmpty()) {
                rules.wrong(at + "/jobs", "required", "Stage \"" + stage.name() + "\" needs at least one job");
            }
            rules.atMost(at + "/jobs", "jobs", stage.jobs().size(), MAX_JOBS);
            rules.unique(
                    "job", stage.jobs().stream().map(JobDefinition::name).toList(), i -> at + "/jobs/" + i + "/name");
            for (int j = 0; j < stage.jobs().size(); j++) {
                job(at + "/jobs/" + j, stage.jobs().get(j));
                fetches(at + "/jobs/" + j, d, s, stage.jobs().get(j));
            }
        }
    }

    private void job(String at, JobDefinition job) {
        String key = Names.key(job.name());
        if (!JOB_NAME.matcher(job.name()).matches() || key.contains("runonall") || key.contains("runinstance")) {
            rules.wrong(
                    at + "/name",
                    "invalid_name",
                    "\"" + job.name() + "\" is not a name of a job; use letters, digits,"
                            + " \"_\", \"-\" and \".\", and neither \"runOnAll\" nor \"runInstance\"");
        }
        if (job.tasks().isEmpty()) {
            rules.wrong(at + "/tasks", "required", "Job \"" + job.name() + "\" needs at least one task");
        }
        rules.atMost(at + "/tasks", "tasks", job.tasks().size(), MAX_TASKS);
        rules.atMost(at + "/resources", "resources", job.resources().size(), MAX_RESOURCES);
        rules.atMost(at + "/artifacts", "artifacts", job.artifacts().size(), MAX_ARTIFACTS);
        rules.atMost(at + "/tabs", "tabs", job.tabs().size(), MAX_TABS);
        instances(at, job);
        minutes(at + "/idle_timeout_minutes", job.idleTimeoutMinutes());
        minutes(at + "/total_timeout_minutes", job.totalTimeoutMinutes());
        minutes(at + "/queue_timeout_minutes", job.queueTimeoutMinutes());
        OnAgentLoss loss = job.onAgentLoss();
        boolean asks = loss.policy() == OnAgentLoss.Policy.ASK;
        if (loss.maxReruns() < 0 || loss.maxReruns() > MAX_RERUNS || (asks && loss.maxReruns() != 0)) {
            rules.wrong(
                    at + "/on_agent_loss",
                    "out_of_range",
                    "\"max_reruns\" must be from 0 to " + MAX_RERUNS + ", and 0 when a person is asked");
        }
        rules.variables(at, job.variables());
        for (int i = 0; i < job.resources().size(); i++) {
            if (!RESOURCE.matcher(job.resources().get(i)).matches()) {
                rules.wrong(
                        at + "/resources/" + i,
                        "invalid_name",
                        "\"" + job.resources().get(i)
                                + "\" is not a resource; use letters, digits, \"_\", \"-\", \"|\", \".\" and blanks");
            }
        }
        for (int i = 0; i < job.tasks().size(); i++) {
            task(at + "/tasks/" + i, job.tasks().get(i));
        }
        artifacts(at, job.artifacts());
        tabs(at, job.tabs());
    }

    private void instances(String at, JobDefinition job) {
        RunInstances instances = job.runInstances();
        if (instances.count() < 1 || instances.count() > MAX_INSTANCES) {
            rules.wrong(
                    at + "/run_instances",
                    "out_of_range",
                    "\"run_instances\" must be \"all\" or from 1 to " + MAX_INSTANCES);
        }
        if (job.elasticProfileId() != null) {
            rules.wrong(
                    at + "/elastic_profile_id",
                    "unknown_profile",
                    "There is no elastic profile \"" + job.elasticProfileId() + "\"");
            if (!job.resources().isEmpty() || instances.kind() == RunInstances.Kind.ALL_AGENTS) {
                rules.wrong(
                        at + "/elastic_profile_id",
                        "ambiguous",
                        "A job with an elastic profile can neither have resources nor run on all agents");
            }
        }
    }

    private void minutes(String at, @Nullable Integer minutes) {
        if (minutes != null && (minutes < 0 || minutes > MINUTES_PER_YEAR)) {
            rules.wrong(at, "out_of_range", "A timeout must be 0 for never, or up to a year in minutes");
        }
    }

    private void task(String at, TaskDefinition task) {
        rules.inside(at + "/working_directory", "Working directory", task.workingDirectory());
        minutes(at + "/timeout_minutes", task.timeoutMinutes());
        if (new HashSet<>(task.runIf()).size() < task.runIf().size()) {
            rules.wrong(at + "/run_if", "duplicate_value", "Each state stands in \"run_if\" once");
        }
        if (task.type().equals(TaskDefinition.EXEC)
                && task.options().get("command") instanceof String command
                && !command.equals(command.strip())) {
            rules.wrong(
                    at + "/options/command",
                    "invalid_command",
                    "Command \"" + command + "\" must not begin or end with a blank");
        }
        if (task.type().equals(TaskDefinition.FETCH)) {
            rules.inside(at + "/options/destination", "Destination", text(task, "destination"));
            rules.inside(at + "/options/source", "Source", text(task, "source"));
            origin(at, task);
        }
        if (task.onCancel() != null) {
            task(at + "/on_cancel", task.onCancel());
        }
    }

    private void origin(String at, TaskDefinition fetch) {
        if (text(fetch, "artifact_origin").equals("external")) {
            rules.wrong(
                    at + "/options/artifact_origin",
                    "unknown_store",
                    "There is no artifact store that \"" + text(fetch, "artifact_id")
                            + "\" could be fetched from; fetch what a job has published on this server");
            return;
        }
        if (text(fetch, "source").isBlank()) {
            rules.wrong(at + "/options/source", "required", "Option \"source\" is missing");
        }
        for (String other : List.of("artifact_id", "configuration")) {
            if (fetch.options().containsKey(other)) {
                rules.wrong(
                        at + "/options/" + other,
                        "not_allowed",
                        "Option \"" + other + "\" is for artifacts whose \"artifact_origin\" is \"external\"");
            }
        }
    }

    private void artifacts(String at, List<ArtifactDefinition> artifacts) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < artifacts.size(); i++) {
            ArtifactDefinition artifact = artifacts.get(i);
            String here = at + "/artifacts/" + i;
            if (artifact.kind() == ArtifactDefinition.Kind.EXTERNAL) {
                rules.wrong(
                        here + "/store_id",
                        "unknown_store",
                        "There is no artifact store \"" + artifact.storeId() + "\"");
                continue;
            }
            if (artifact.id() != null
                    || artifact.storeId() != null
                    || !artifact.configuration().isEmpty()) {
                rules.wrong(
                        here,
                        "not_allowed",
                        "\"id\", \"store_id\" and \"configuration\" are for artifacts of the kind \"external\"");
            }
            String source = artifact.source();
            if (source == null || source.isBlank()) {
                rules.wrong(here + "/source", "required", "An artifact needs a source");
            } else {
                rules.inside(here + "/source", "Source", source);
            }
            rules.inside(here + "/destination", "Destination", artifact.destination());
            if (!seen.add(source + "\n" + artifact.destination())) {
                rules.wrong(here, "duplicate_artifact", "Another artifact has the same source and destination");
            }
        }
    }

    private void tabs(String at, List<JobDefinition.Tab> tabs) {
        rules.unique("tab", tabs.stream().map(JobDefinition.Tab::name).toList(), i -> at + "/tabs/" + i + "/name");
        for (int i = 0; i < tabs.size(); i++) {
            JobDefinition.Tab tab = tabs.get(i);
            if (!Names.isName(tab.name()) || tab.name().length() > MAX_TAB_CHARS) {
                rules.wrong(
                        at + "/tabs/" + i + "/name",
                        "invalid_name",
                        "Tab \"" + tab.name() + "\" must have 1 to " + MAX_TAB_CHARS
                                + " letters, digits, \"_\", \"-\" or \".\"");
            }
            if (tab.path().isEmpty() || tab.path().chars().anyMatch(Character::isWhitespace)) {
                rules.wrong(
                        at + "/tabs/" + i + "/path",
                        "invalid_path",
                        "The path of tab \"" + tab.name() + "\" must not be empty or have blanks");
            } else {
                rules.inside(at + "/tabs/" + i + "/path", "Path", tab.path());
            }
        }
    }

    /** A fetch from the pipeline itself reads what an earlier stage has published. */
    private void fetches(String at, PipelineDefinition d, int stage, JobDefinition job) {
        for (int i = 0; i < job.tasks().size(); i++) {
            fetch(at + "/tasks/" + i, d, stage, job.tasks().get(i));
            TaskDefinition onCancel = job.tasks().get(i).onCancel();
            if (onCancel != null) {
                fetch(at + "/tasks/" + i + "/on_cancel", d, stage, onCancel);
            }
        }
    }

    private void fetch(String at, PipelineDefinition d, int stage, TaskDefinition task) {
        String pipeline = text(task, "pipeline");
        boolean own = pipeline.isEmpty() || Names.key(pipeline).equals(Names.key(d.name()));
        if (!task.type().equals(TaskDefinition.FETCH)
                || !own
                || text(task, "artifact_origin").equals("external")) {
            return;
        }
        String from = Names.key(text(task, "stage"));
        for (int s = 0; s < stage; s++) {
            if (Names.key(d.stages().get(s).name()).equals(from)) {
                if (!JobNames.has(d.stages().get(s), text(task, "job"))) {
                    rules.wrong(
                            at + "/options/job",
                            "unknown_job",
                            "Stage \"" + from + "\" has no job \"" + text(task, "job")
                                    + "\"; of a job with several instances name one, such as \"job-runInstance-1\"");
                }
                return;
            }
        }
        rules.wrong(
                at + "/options/stage",
                "unknown_stage",
                "Artifacts are fetched from a stage before this one, and \"" + text(task, "stage") + "\" is none");
    }

    private static String text(TaskDefinition task, String option) {
        return task.options().get(option) instanceof String text ? text : "";
    }
}

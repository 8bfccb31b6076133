package dev.penstock.core.config.model;

import dev.penstock.core.platform.error.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What must hold between a resolved definition and those of other pipelines that it names. Pure. */
public final class ReferenceRules {
    private final PipelineDefinition pipeline;
    private final Function<String, Optional<PipelineDefinition>> others;
    private final List<Violation> violations = new ArrayList<>();

    private ReferenceRules(PipelineDefinition pipeline, Function<String, Optional<PipelineDefinition>> others) {
        this.pipeline = pipeline;
        this.others = others;
    }

    /**
     * A place at which a definition names another pipeline.
     *
     * @param pipelineKey of the other one; of a path of ancestors, the farthest
     * @param material an upstream material, or a fetched artifact
     * @param pointer of the material or the task
     */
    public record Reference(String pipelineKey, String stageKey, boolean material, String pointer) {}

    /** The places at which a definition names other pipelines. */
    public static List<Reference> of(PipelineDefinition definition) {
        List<Reference> references = new ArrayList<>();
        for (int i = 0; i < definition.materials().size(); i++) {
            MaterialDefinition material = definition.materials().get(i);
            if (material.type().equals(MaterialDefinition.PIPELINE)) {
                references.add(new Reference(
                        Names.key(upstream(material)), Names.key(stageOf(material)), true, "/materials/" + i));
            }
        }
        eachFetch(definition, (pointer, task) -> {
            List<String> path = path(definition, task);
            if (!path.isEmpty()) {
                references.add(
                        new Reference(Names.key(path.getFirst()), Names.key(text(task, "stage")), false, pointer));
            }
        });
        return references;
    }

    /**
     * The mistakes in what a definition says about others.
     *
     * @param others by the key of the name; what it answers for the pipeline's own name is not asked
     */
    public static List<Violation> check(
            PipelineDefinition definition, Function<String, Optional<PipelineDefinition>> others) {
        var rules = new ReferenceRules(definition, others);
        rules.materials();
        rules.circles();
        eachFetch(definition, rules::fetch);
        return List.copyOf(rules.violations);
    }

    /** As {@link #check}, for a definition that did not change itself: a circle is told at the one that closes it. */
    public static List<Violation> checkUnchanged(
            PipelineDefinition definition, Function<String, Optional<PipelineDefinition>> others) {
        var rules = new ReferenceRules(definition, others);
        rules.materials();
        eachFetch(definition, rules::fetch);
        return List.copyOf(rules.violations);
    }

    private void materials() {
        for (int i = 0; i < pipeline.materials().size(); i++) {
            MaterialDefinition material = pipeline.materials().get(i);
            boolean own = Names.key(upstream(material)).equals(Names.key(pipeline.name()));
            if (!material.type().equals(MaterialDefinition.PIPELINE) || own) {
                continue; // its own upstream: DefinitionRules has told it
            }
            String at = "/materials/" + i + "/options";
            PipelineDefinition upstream = find(upstream(material)).orElse(null);
            if (upstream == null) {
                wrong(at + "/pipeline", "unknown_pipeline", "There is no pipeline \"" + upstream(material) + "\"");
                continue;
            }
            if (stage(upstream, stageOf(material)) < 0) {
                wrong(at + "/stage", "unknown_stage", noStage(upstream, stageOf(material)));
            }
        }
    }

    private void circles() {
        for (int i = 0; i < pipeline.materials().size(); i++) {
            MaterialDefinition material = pipeline.materials().get(i);
            String at = "/materials/" + i + "/options/pipeline";
            if (material.type().equals(MaterialDefinition.PIPELINE)
                    && !Names.key(upstream(material)).equals(Names.key(pipeline.name()))) {
                find(upstream(material)).ifPresent(upstream -> circle(at, upstream));
            }
        }
    }

    /** Looks for the pipeline itself among the ancestors, breadth first, so that the shortest way is told. */
    private void circle(String at, PipelineDefinition first) {
        String own = Names.key(pipeline.name());
        record Way(PipelineDefinition to, @Nullable Way before) {
            String names() {
                return before == null ? to.name() : before.names() + "\" → \"" + to.name();
            }
        }
        List<Way> ways = new ArrayList<>(List.of(new Way(first, null)));
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < ways.size(); i++) {
            Way way = ways.get(i);
            for (MaterialDefinition material : way.to().materials()) {
                if (!material.type().equals(MaterialDefinition.PIPELINE)) {
                    continue;
                }
                if (Names.key(upstream(material)).equals(own)) {
                    wrong(
                            at,
                            "cycle",
                            "The pipelines wait for each other: \"" + pipeline.name() + "\" → \"" + way.names()
                                    + "\" → \"" + pipeline.name() + "\"");
                    return;
                }
                if (seen.add(Names.key(upstream(material)))) {
                    find(upstream(material)).ifPresent(next -> ways.add(new Way(next, way)));
                }
            }
        }
    }

    /** Walks from this pipeline up the path; each name is a material of the one before. */
    private void fetch(String pointer, TaskDefinition task) {
        List<String> path = path(pipeline, task);
        if (path.isEmpty()) {
            return;
        }
        String at = pointer + "/options";
        PipelineDefinition below = pipeline;
        String lastStage = "";
        for (String name : path.reversed()) {
            MaterialDefinition material = materialFor(below, name);
            if (material == null) {
                wrong(
                        at + "/pipeline",
                        "not_upstream",
                        "Artifacts are fetched from upstream pipelines, and \"" + name + "\" is no material of \""
                                + below.name() + "\"");
                return;
            }
            PipelineDefinition above = find(name).orElse(null);
            if (above == null) {
                wrong(at + "/pipeline", "unknown_pipeline", "There is no pipeline \"" + name + "\"");
                return;
            }
            lastStage = stageOf(material);
            below = above;
        }
        source(at, task, below, lastStage);
    }

    private void source(String at, TaskDefinition task, PipelineDefinition from, String lastStage) {
        String name = text(task, "stage");
        int stage = stage(from, name);
        if (stage < 0) {
            wrong(at + "/stage", "unknown_stage", noStage(from, name));
            return;
        }
        int last = stage(from, lastStage);
        if (last >= 0 && stage > last) {
            wrong(
                    at + "/stage",
                    "too_late",
                    "Stage \"" + name + "\" of pipeline \"" + from.name() + "\" comes after \"" + lastStage
                            + "\", which this pipeline waits for; its artifacts are not there yet");
        }
        if (!JobNames.has(from.stages().get(stage), text(task, "job"))) {
            wrong(
                    at + "/job",
                    "unknown_job",
                    "Stage \"" + name + "\" of pipeline \"" + from.name() + "\" has no job \"" + text(task, "job")
                            + "\"; of a job with several instances name one, such as \"job-runInstance-1\"");
        }
    }

    private Optional<PipelineDefinition> find(String name) {
        String key = Names.key(name);
        return key.equals(Names.key(pipeline.name())) ? Optional.of(pipeline) : others.apply(key);
    }

    private static @Nullable MaterialDefinition materialFor(PipelineDefinition pipeline, String name) {
        for (MaterialDefinition material : pipeline.materials()) {
            if (material.type().equals(MaterialDefinition.PIPELINE)
                    && Names.key(upstream(material)).equals(Names.key(name))) {
                return material;
            }
        }
        return null;
    }

    private static int stage(PipelineDefinition pipeline, String name) {
        for (int i = 0; i < pipeline.stages().size(); i++) {
            if (Names.key(pipeline.stages().get(i).name()).equals(Names.key(name))) {
                return i;
            }
        }
        return -1;
    }

    private static String noStage(PipelineDefinition pipeline, String name) {
        String known = String.join(
                ", ", pipeline.stages().stream().map(StageDefinition::name).toList());
        return "Pipeline \"" + pipeline.name() + "\" has no stage \"" + name + "\"; it has: " + known;
    }

    /** The pipelines of a fetch, the farthest first; empty when it fetches from the pipeline itself. */
    private static List<String> path(PipelineDefinition definition, TaskDefinition task) {
        String text = text(task, "pipeline");
        return text.isEmpty() || Names.key(text).equals(Names.key(definition.name()))
                ? List.of()
                : List.of(text.split("/", -1));
    }

    private interface FetchVisitor {
        void visit(String pointer, TaskDefinition task);
    }

    private static void eachFetch(PipelineDefinition definition, FetchVisitor visitor) {
        for (int s = 0; s < definition.stages().size(); s++) {
            List<JobDefinition> jobs = definition.stages().get(s).jobs();
            for (int j = 0; j < jobs.size(); j++) {
                List<TaskDefinition> tasks = jobs.get(j).tasks();
                for (int t = 0; t < tasks.size(); t++) {
                    String pointer = "/stages/" + s + "/jobs/" + j + "/tasks/" + t;
                    visitIfFetch(pointer, tasks.get(t), visitor);
                    TaskDefinition onCancel = tasks.get(t).onCancel();
                    if (onCancel != null) {
                        visitIfFetch(pointer + "/on_cancel", onCancel, visitor);
                    }
                }
            }
        }
    }

    private static void visitIfFetch(String pointer, TaskDefinition task, FetchVisitor visitor) {
        if (task.type().equals(TaskDefinition.FETCH)) {
            visitor.visit(pointer, task);
        }
    }

    private static String upstream(MaterialDefinition material) {
        return String.valueOf(material.options().getOrDefault("pipeline", ""));
    }

    private static String stageOf(MaterialDefinition material) {
        return String.valueOf(material.options().getOrDefault("stage", ""));
    }

    private static String text(TaskDefinition task, String option) {
        return task.options().get(option) instanceof String text ? text : "";
    }

    private void wrong(String pointer, String code, String message) {
        violations.add(Violation.at(pointer, code, message));
    }
}

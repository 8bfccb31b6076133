package dev.penstock.core.config.model;

import dev.penstock.core.secret.SecretRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a definition with other texts or secrets. Names, parameters and enumerations are never rewritten.
 *
 * @param text from a JSON pointer and the text there to the new text
 * @param secret from a JSON pointer and the reference there to the new one
 */
public record Rewriting(BinaryOperator<String> text, BiFunction<String, SecretRef, SecretRef> secret) {

    /** All secrets that a definition refers to. */
    public static Set<SecretRef> secretsOf(PipelineDefinition definition) {
        return new HashSet<>(placesOfSecrets(definition).values());
    }

    /** All references to secrets in a definition, by the JSON pointer of their place. */
    public static Map<String, SecretRef> placesOfSecrets(PipelineDefinition definition) {
        Map<String, SecretRef> found = new LinkedHashMap<>();
        new Rewriting((_, text) -> text, (pointer, ref) -> {
                    found.put(pointer, ref);
                    return ref;
                })
                .of(definition);
        return found;
    }

    /** Changes references only. */
    public static Rewriting secrets(UnaryOperator<SecretRef> secret) {
        return new Rewriting((_, text) -> text, (_, ref) -> secret.apply(ref));
    }

    /** The rewritten definition. */
    public PipelineDefinition of(PipelineDefinition d) {
        var tool = d.trackingTool();
        var timer = d.timer();
        return new PipelineDefinition(
                d.name(),
                text.apply("/group", d.group()),
                text.apply("/label_template", d.labelTemplate()),
                d.displayOrder(),
                d.lockBehavior(),
                d.template(),
                d.parameters(),
                tool == null
                        ? null
                        : new PipelineDefinition.TrackingTool(
                                text.apply("/tracking_tool/link", tool.link()),
                                text.apply("/tracking_tool/regex", tool.regex())),
                timer == null
                        ? null
                        : new PipelineDefinition.Timer(text.apply("/timer/spec", timer.spec()), timer.onlyOnChanges()),
                variables("", d.variables()),
                each("/materials", d.materials(), this::material),
                each("/stages", d.stages(), this::stage));
    }

    private MaterialDefinition material(String at, MaterialDefinition m) {
        return new MaterialDefinition(
                m.name(),
                m.type(),
                options(at + "/options", m.options()),
                text.apply(at + "/destination", m.destination()),
                m.autoUpdate(),
                new MaterialDefinition.Filter(
                        each(at + "/filter/patterns", m.filter().patterns(), text::apply),
                        m.filter().inverted()));
    }

    private StageDefinition stage(String at, StageDefinition s) {
        var approval = s.approval();
        return new StageDefinition(
                s.name(),
                s.fetchMaterials(),
                s.cleanWorkingDirectory(),
                s.neverCleanupArtifacts(),
                new StageDefinition.Approval(
                        approval.type(),
                        approval.allowOnlyOnSuccess(),
                        each(at + "/approval/users", approval.users(), text::apply),
                        each(at + "/approval/roles", approval.roles(), text::apply)),
                variables(at, s.variables()),
                each(at + "/jobs", s.jobs(), this::job));
    }

    private JobDefinition job(String at, JobDefinition j) {
        return new JobDefinition(
                j.name(),
                j.runInstances(),
                each(at + "/resources", j.resources(), text::apply),
                j.elasticProfileId() == null ? null : text.apply(at + "/elastic_profile_id", j.elasticProfileId()),
                j.idleTimeoutMinutes(),
                j.totalTimeoutMinutes(),
                j.queueTimeoutMinutes(),
                j.onAgentLoss(),
                variables(at, j.variables()),
                each(at + "/tasks", j.tasks(), this::task),
                each(at + "/artifacts", j.artifacts(), this::artifact),
                each(
                        at + "/tabs",
                        j.tabs(),
                        (pointer, tab) -> new JobDefinition.Tab(
                                text.apply(pointer + "/name", tab.name()), text.apply(pointer + "/path", tab.path()))));
    }

    private TaskDefinition task(String at, TaskDefinition t) {
        return new TaskDefinition(
                t.type(),
                options(at + "/options", t.options()),
                text.apply(at + "/working_directory", t.workingDirectory()),
                t.runIf(),
                t.onCancel() == null ? null : task(at + "/on_cancel", t.onCancel()),
                t.timeoutMinutes());
    }

    private ArtifactDefinition artifact(String at, ArtifactDefinition a) {
        return new ArtifactDefinition(
                a.kind(),
                nullable(at + "/source", a.source()),
                text.apply(at + "/destination", a.destination()),
                a.id(),
                nullable(at + "/store_id", a.storeId()),
                options(at + "/configuration", a.configuration()));
    }

    private @Nullable String nullable(String at, @Nullable String value) {
        return value == null ? null : text.apply(at, value);
    }

    private List<Variable> variables(String owner, List<Variable> variables) {
        return each(owner + "/variables", variables, (at, variable) -> {
            SecretRef ref = variable.secret();
            String value = variable.value();
            return new Variable(
                    variable.name(),
                    value == null ? null : text.apply(at + "/value", value),
                    ref == null ? null : secret.apply(at, ref));
        });
    }

    private Map<String, Object> options(String at, Map<String, Object> options) {
        Map<String, Object> result = new LinkedHashMap<>();
        options.forEach((name, value) -> result.put(name, option(Pointers.step(at, name), value)));
        return result;
    }

    private Object option(String at, Object value) {
        return switch (value) {
            case String string -> (Object) text.apply(at, string);
            case SecretRef ref -> secret.apply(at, ref);
            case List<?> list -> each(at, list, (pointer, item) -> text.apply(pointer, String.valueOf(item)));
            case Map<?, ?> map -> {
                Map<String, String> result = new LinkedHashMap<>();
                map.forEach((key, item) ->
                        result.put(String.valueOf(key), text.apply(Pointers.step(at, key), String.valueOf(item))));
                yield result;
            }
            default -> value;
        };
    }

    private static <A, B> List<B> each(String at, List<A> items, Step<A, B> step) {
        List<B> result = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            result.add(step.apply(at + "/" + i, items.get(i)));
        }
        return result;
    }

    private interface Step<A, B> {
        B apply(String pointer, A item);
    }
}

package dev.penstock.core.config.model;

import dev.penstock.core.config.model.TypeCatalog.DescribedType;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gives options the types that they are described with, and finds those that do not fit. Pure. */
public final class TypedOptions {
    private static final int MAX_TEXT_CHARS = 8_192;
    private static final int MAX_MULTILINE_CHARS = 256 << 10;
    private static final int MAX_ENTRIES = 1_000;

    private final TypeCatalog catalog;
    private final Function<String, @Nullable SecretRef> keep;
    private final boolean lenient;
    private final List<Violation> violations;

    /**
     * @param keep what becomes of the plain value of a secret option; null when there must be none any more
     * @param lenient leaves texts that refer to parameters as they are, and does not ask the types themselves
     */
    public TypedOptions(
            TypeCatalog catalog,
            Function<String, @Nullable SecretRef> keep,
            boolean lenient,
            List<Violation> violations) {
        this.catalog = catalog;
        this.keep = keep;
        this.lenient = lenient;
        this.violations = violations;
    }

    /** The definition with typed options; mistakes are added to the violations. */
    public PipelineDefinition of(PipelineDefinition d) {
        List<MaterialDefinition> materials = new ArrayList<>();
        for (int i = 0; i < d.materials().size(); i++) {
            materials.add(material("/materials/" + i, d.materials().get(i)));
        }
        List<StageDefinition> stages = new ArrayList<>();
        for (int s = 0; s < d.stages().size(); s++) {
            StageDefinition stage = d.stages().get(s);
            List<JobDefinition> jobs = new ArrayList<>();
            for (int j = 0; j < stage.jobs().size(); j++) {
                jobs.add(job("/stages/" + s + "/jobs/" + j, stage.jobs().get(j)));
            }
            stages.add(new StageDefinition(
                    stage.name(),
                    stage.fetchMaterials(),
                    stage.cleanWorkingDirectory(),
                    stage.neverCleanupArtifacts(),
                    stage.approval(),
                    stage.variables(),
                    jobs));
        }
        return new PipelineDefinition(
                d.name(),
                d.group(),
                d.labelTemplate(),
                d.displayOrder(),
                d.lockBehavior(),
                d.template(),
                d.parameters(),
                d.trackingTool(),
                d.timer(),
                d.variables(),
                materials,
                stages);
    }

    private MaterialDefinition material(String at, MaterialDefinition m) {
        Map<String, Object> options =
                options(at, m.type(), "material", catalog.material(m.type()), catalog.materialIds(), m.options());
        return new MaterialDefinition(m.name(), m.type(), options, m.destination(), m.autoUpdate(), m.filter());
    }

    private JobDefinition job(String at, JobDefinition j) {
        List<TaskDefinition> tasks = new ArrayList<>();
        for (int i = 0; i < j.tasks().size(); i++) {
            tasks.add(task(at + "/tasks/" + i, j.tasks().get(i)));
        }
        return new JobDefinition(
                j.name(),
                j.runInstances(),
                j.resources(),
                j.elasticProfileId(),
                j.idleTimeoutMinutes(),
                j.totalTimeoutMinutes(),
                j.queueTimeoutMinutes(),
                j.onAgentLoss(),
                j.variables(),
                tasks,
                j.artifacts(),
                j.tabs());
    }

    private TaskDefinition task(String at, TaskDefinition t) {
        Map<String, Object> options =
                options(at, t.type(), "task", catalog.task(t.type()), catalog.taskIds(), t.options());
        TaskDefinition onCancel = t.onCancel() == null ? null : task(at + "/on_cancel", t.onCancel());
        return new TaskDefinition(t.type(), options, t.workingDirectory(), t.runIf(), onCancel, t.timeoutMinutes());
    }

    private Map<String, Object> options(
            String at,
            String id,
            String noun,
            Optional<DescribedType> type,
            SortedSet<String> known,
            Map<String, Object> given) {
        if (type.isEmpty()) {
            String message = "There is no " + noun + " type \"" + id + "\"; known are: " + String.join(", ", known);
            violations.add(Violation.at(at + "/type", "unknown_type", message));
            return given;
        }
        int before = violations.size();
        Map<String, Object> typed = new LinkedHashMap<>(given);
        given.keySet().stream()
                .filter(name -> type.get().options().stream()
                        .noneMatch(option -> option.name().equals(name)))
                .forEach(name -> wrong(
                        at,
                        name,
                        "unknown_option",
                        "The " + noun + " type \"" + id + "\" has no option \"" + name + "\"; it has: "
                                + names(type.get())));
        for (Option option : type.get().options()) {
            Object value = given.get(option.name());
            if (value != null) {
                typed.put(option.name(), typed(at, option, value));
            } else if (option.isRequired() && option.defaultValue().isEmpty()) {
                wrong(at, option.name(), "required", "Option \"" + option.name() + "\" is missing");
            }
        }
        if (!lenient && violations.size() == before) {
            type.get()
                    .validate(typed)
                    .forEach(found -> violations.add(Violation.at(
                            at + "/options"
                                    + (found.path().isEmpty()
                                            ? ""
                                            : "/" + found.path().replace('.', '/')),
                            "invalid_option",
                            found.message())));
        }
        return typed;
    }

    private Object typed(String at, Option option, Object value) {
        // The value of a secret is itself, whatever it looks like: no parameter is replaced in it.
        if (lenient && option.kind() != OptionKind.SECRET && value instanceof String text && Parameters.isIn(text)) {
            return value;
        }
        Object typed = switch (option.kind()) {
            case TEXT -> text(value, MAX_TEXT_CHARS);
            case MULTILINE -> text(value, MAX_MULTILINE_CHARS);
            case CHOICE -> option.choices().contains(String.valueOf(value)) ? String.valueOf(value) : null;
            case SECRET -> secret(value);
            case NUMBER -> number(value);
            case BOOLEAN -> flag(value);
            case LIST -> value instanceof List<?> list && list.size() <= MAX_ENTRIES ? list : null;
            case MAP -> value instanceof Map<?, ?> map && map.size() <= MAX_ENTRIES ? map : null;
        };
        if (typed == null) {
            wrong(at, option.name(), "wrong_type", "Option \"" + option.name() + "\" must be " + expected(option));
            return value;
        }
        if (option.isRequired() && typed instanceof String text && text.isBlank()) {
            wrong(at, option.name(), "required", "Option \"" + option.name() + "\" is empty");
        }
        return typed;
    }

    private static @Nullable String text(Object value, int limit) {
        String text =
                value instanceof String || value instanceof Long || value instanceof Boolean ? value.toString() : null;
        return text != null && text.length() <= limit && text.indexOf('\0') < 0 ? text : null;
    }

    private @Nullable Object secret(Object value) {
        return switch (value) {
            case SecretRef ref -> ref;
            case String plain when plain.length() <= MAX_TEXT_CHARS -> keep.apply(plain);
            default -> null;
        };
    }

    private static @Nullable Long number(Object value) {
        return switch (value) {
            case Long number -> number;
            case String text when text.matches("-?\\d{1,15}") -> Long.valueOf(text);
            default -> null;
        };
    }

    private static @Nullable Boolean flag(Object value) {
        return switch (String.valueOf(value)) {
            case "true", "True", "TRUE", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON" -> true;
            case "false", "False", "FALSE", "no", "No", "NO", "n", "N", "off", "Off", "OFF" -> false;
            default -> null;
        };
    }

    private static String expected(Option option) {
        return switch (option.kind()) {
            case TEXT -> "a text of at most 8,192 characters";
            case MULTILINE -> "a text of at most 256 KiB";
            case CHOICE -> "one of: " + String.join(", ", option.choices());
            case SECRET -> "a \"secure_value\" or a \"secret_ref\"";
            case NUMBER -> "a whole number";
            case BOOLEAN -> "true or false";
            case LIST -> "a list of at most 1,000 texts";
            case MAP -> "a mapping of at most 1,000 names to texts";
        };
    }

    private static String names(DescribedType type) {
        return String.join(", ", type.options().stream().map(Option::name).toList());
    }

    private void wrong(String at, String option, String code, String message) {
        violations.add(Violation.at(at + "/options/" + option, code, message));
    }
}

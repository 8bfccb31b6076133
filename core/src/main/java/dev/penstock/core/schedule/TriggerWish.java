package dev.penstock.core.schedule;

import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.schedule.Situation.MaterialNow;
import dev.penstock.core.schedule.TriggerStore.Pin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who triggers a pipeline asks for; everything may be left out.
 *
 * @param materials revisions to build instead of the newest
 * @param variables values that replace those of the definition
 * @param comment for the run
 * @param updateMaterialsBefore true: looks at every material first; false: takes what is known; left out: looks at those
 *     first that nobody polls, and at those of which a chosen revision is not known
 */
record TriggerWish(
        @Nullable List<@Nullable MaterialWish> materials,
        @Nullable List<@Nullable VariableWish> variables,
        @Nullable String comment,
        @Nullable Boolean updateMaterialsBefore) {
    static final TriggerWish PLAIN = new TriggerWish(null, null, null, null);

    private static final int MAX_ENTRIES = 1_000;
    private static final int MAX_COMMENT_CHARS = 4_000;
    private static final int MAX_REVISION_CHARS = 255;
    private static final int MAX_VALUE_CHARS = 64 << 10;

    /** @param material its name, destination, fingerprint or id */
    record MaterialWish(@Nullable String material, @Nullable String revision) {}

    /** Exactly one of the two values is given. */
    record VariableWish(
            @Nullable String name,
            @Nullable String value,
            @Nullable String secureValue) {}

    /** A value that is to be stored: as it is, or as a secret. */
    record NewValue(String name, String value, boolean secure) {}

    /** The mistakes that need nothing but the wish. */
    List<Violation> violations() {
        List<Violation> found = new ArrayList<>();
        if (orEmpty(materials).size() > MAX_ENTRIES || orEmpty(variables).size() > MAX_ENTRIES) {
            found.add(Violation.at("", "too_many", "At most " + MAX_ENTRIES + " materials and variables can be given"));
        }
        if (comment != null && (comment.length() > MAX_COMMENT_CHARS || comment.indexOf('\0') >= 0)) {
            found.add(Violation.at(
                    "/comment",
                    "invalid_value",
                    "The comment has more than " + MAX_COMMENT_CHARS + " characters, or a NUL"));
        }
        return found;
    }

    /** The chosen revisions of the pipeline's materials; mistakes are added to the violations. */
    List<Pin> pins(Situation now, Map<MaterialNow, String> fingerprints, List<Violation> violations) {
        List<Pin> pins = new ArrayList<>();
        Set<MaterialNow> seen = new HashSet<>();
        List<@Nullable MaterialWish> wished = orEmpty(materials);
        for (int i = 0; i < wished.size(); i++) {
            String at = "/materials/" + i;
            MaterialWish wish = wished.get(i);
            String name = wish == null ? null : wish.material();
            String revision = wish == null ? null : wish.revision();
            if (name == null || name.isBlank()) {
                violations.add(Violation.at(
                        at + "/material", "required", "Give the material's name, destination, fingerprint or id"));
                continue;
            }
            if (revision == null
                    || revision.isBlank()
                    || revision.length() > MAX_REVISION_CHARS
                    || revision.indexOf('\0') >= 0) {
                violations.add(
                        Violation.at(at + "/revision", "required", "Give a revision, or the first characters of one"));
                continue;
            }
            Optional<MaterialNow> material = material(now, fingerprints, name.strip());
            if (material.isEmpty()) {
                violations.add(Violation.at(
                        at + "/material",
                        "unknown_material",
                        "Pipeline \"" + now.pipeline().name() + "\" has no material \"" + name + "\"; it has: "
                                + String.join(
                                        ", ",
                                        now.materials().stream()
                                                .map(MaterialNow::name)
                                                .toList())));
            } else if (!seen.add(material.get())) {
                violations.add(Violation.at(
                        at + "/material", "duplicate", "There are two revisions of material \"" + name + "\""));
            } else {
                pins.add(new Pin(material.get().id(), revision.strip()));
            }
        }
        return pins;
    }

    private static Optional<MaterialNow> material(Situation now, Map<MaterialNow, String> fingerprints, String wished) {
        List<MaterialDefinition> defined = now.pipeline().definition().materials();
        return Stream.<java.util.function.Predicate<MaterialNow>>of(
                        material -> wished.equals(Long.toString(material.id().value())),
                        material -> wished.equals(fingerprints.get(material)),
                        material -> is(defined.get(material.position()).name(), wished),
                        material -> is(defined.get(material.position()).destination(), wished))
                .flatMap(test -> now.materials().stream().filter(test))
                .findFirst();
    }

    private static boolean is(@Nullable String name, String wished) {
        return name != null && Names.key(name).equals(Names.key(wished));
    }

    /** The values for variables that the pipeline has; a secure one stays so however its value is given. */
    List<NewValue> values(PipelineDefinition definition, List<Violation> violations) {
        Map<String, Boolean> declared = declared(definition);
        Set<String> seen = new HashSet<>();
        List<NewValue> values = new ArrayList<>();
        List<@Nullable VariableWish> wished = orEmpty(variables);
        for (int i = 0; i < wished.size(); i++) {
            VariableWish given = wished.get(i);
            VariableWish wish = given == null ? new VariableWish(null, null, null) : given;
            String at = "/variables/" + i;
            String name = wish.name();
            String value = wish.value() == null ? wish.secureValue() : wish.value();
            if (name == null || !declared.containsKey(name)) {
                violations.add(Violation.at(
                        at + "/name",
                        "unknown_variable",
                        "Pipeline \"" + definition.name() + "\" declares no variable \"" + name
                                + "\"; a trigger can only give values to those that are declared"));
            } else if (!seen.add(name)) {
                violations.add(
                        Violation.at(at + "/name", "duplicate", "There are two values for variable \"" + name + "\""));
            } else if (value == null || (wish.value() != null && wish.secureValue() != null)) {
                violations.add(Violation.at(
                        at, "required", "Variable \"" + name + "\" needs \"value\" or \"secure_value\", and not both"));
            } else if (value.length() > MAX_VALUE_CHARS || value.indexOf('\0') >= 0) {
                violations.add(Violation.at(
                        at,
                        "invalid_value",
                        "The value of \"" + name + "\" has more than " + MAX_VALUE_CHARS + " characters, or a NUL"));
            } else {
                boolean secure = wish.value() == null || Boolean.TRUE.equals(declared.get(name));
                values.add(new NewValue(name, value, secure));
            }
        }
        return values;
    }

    /** Every variable of the definition, and whether it is secure in some place. */
    private static Map<String, Boolean> declared(PipelineDefinition definition) {
        Map<String, Boolean> declared = new HashMap<>();
        Stream.of(
                        definition.variables().stream(),
                        definition.stages().stream()
                                .map(StageDefinition::variables)
                                .flatMap(List::stream),
                        definition.stages().stream()
                                .map(StageDefinition::jobs)
                                .flatMap(List::stream)
                                .map(JobDefinition::variables)
                                .flatMap(List::stream))
                .flatMap(variables -> variables)
                .forEach((Variable variable) ->
                        declared.merge(variable.name(), variable.isSecure(), Boolean::logicalOr));
        return declared;
    }

    private static <T extends @Nullable Object> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}

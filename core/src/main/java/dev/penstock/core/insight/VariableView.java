package dev.penstock.core.insight;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A variable as a run used it.
 *
 * @param value null when it is secure
 * @param from where the value was given that counts
 */
record VariableView(String name, @Nullable String value, boolean secure, From from) {
    private static final TypeReference<List<Variable>> VARIABLES = new TypeReference<>() {};

    /** From the weakest to the strongest. */
    enum From {
        PIPELINE,
        STAGE,
        JOB,
        /** Given when the run was started. */
        TRIGGER
    }

    /** Some variables with one origin. */
    record Declared(From from, List<Variable> variables) {}

    /** Those of a run at the start, as they are kept in its row. */
    static List<Variable> overrides(Run run) {
        return overrides(run.overrides());
    }

    static List<Variable> overrides(String json) {
        return Json.read(json, VARIABLES);
    }

    /**
     * The variables that count, each name once: later declarations win, and values given at the start replace what is
     * there.
     *
     * @param all also show values given at the start for names that are not declared here, but may be further inside
     */
    static List<VariableView> of(List<Declared> declared, List<Variable> overrides, boolean all) {
        Map<String, VariableView> result = new LinkedHashMap<>();
        for (Declared level : declared) {
            level.variables().forEach(variable -> result.put(variable.name(), view(variable, level.from())));
        }
        for (Variable override : overrides) {
            if (all || result.containsKey(override.name())) {
                result.put(override.name(), view(override, From.TRIGGER));
            }
        }
        return new ArrayList<>(result.values());
    }

    private static VariableView view(Variable variable, From from) {
        return new VariableView(variable.name(), variable.value(), variable.isSecure(), from);
    }
}

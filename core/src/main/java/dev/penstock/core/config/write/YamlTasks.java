package dev.penstock.core.config.write;

import dev.penstock.core.config.model.TaskDefinition;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tasks of GoCD's YAML form: each a map from its type to what it has. */
final class YamlTasks {
    private static final String SCRIPT = "script";
    private static final String PLUGIN = "plugin";
    private static final String CONFIGURATION = "configuration";

    /** Keys that every task has: an option of that name needs the form for plugins. */
    private static final Set<String> COMMON = Set.of("working_directory", "timeout", "run_if", "on_cancel");

    private YamlTasks() {}

    static Map<String, Object> of(TaskDefinition task) {
        Map<String, Object> options = JsonForm.options(task.options());
        Map<String, Object> common = common(task);
        boolean onlyScript = task.type().equals(SCRIPT)
                && common.isEmpty()
                && options.keySet().equals(Set.of(SCRIPT));
        if (onlyScript && options.get(SCRIPT) instanceof String text) {
            return Map.of(SCRIPT, text);
        }
        Map<String, Object> form = new LinkedHashMap<>();
        if (!task.type().equals(PLUGIN) && Collections.disjoint(options.keySet(), COMMON)) {
            form.putAll(options);
            if (task.type().equals(TaskDefinition.FETCH) && options.containsKey(CONFIGURATION)) {
                form.put(CONFIGURATION, Map.of("options", options.get(CONFIGURATION)));
            }
            form.putAll(common);
            return Map.of(task.type(), form);
        }
        form.put(CONFIGURATION, JsonForm.pair("id", task.type(), "version", "1"));
        form.put("options", options);
        form.putAll(common);
        return Map.of(PLUGIN, form);
    }

    private static Map<String, Object> common(TaskDefinition task) {
        Map<String, Object> form = new LinkedHashMap<>();
        YamlForm.unless("", form, "working_directory", task.workingDirectory());
        YamlForm.unless(0, form, "timeout", task.timeoutMinutes());
        List<String> runIf = task.runIf().stream().map(JsonForm::word).toList();
        if (runIf.size() == 1) {
            YamlForm.unless("passed", form, "run_if", runIf.getFirst());
        } else {
            form.put("run_if", runIf);
        }
        if (task.onCancel() != null) {
            form.put("on_cancel", of(task.onCancel()));
        }
        return form;
    }
}

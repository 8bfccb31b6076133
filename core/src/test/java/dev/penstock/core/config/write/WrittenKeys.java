package dev.penstock.core.config.write;

import dev.penstock.core.config.model.PipelineDefinition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The keys of the JSON form and the YAML form that have a meaning of their own: not names, and not options. */
public final class WrittenKeys {
    private static final Set<String> NAMES_BELOW =
            Set.of("parameters", "environment_variables", "secure_variables", "tabs", "pipelines", "jobs", "stages");

    private WrittenKeys() {}

    public static Set<String> all() {
        Set<String> keys = new TreeSet<>();
        for (int seed = 0; seed < 50; seed++) {
            PipelineDefinition definition = new RandomDefinitions(seed).next();
            json(JsonForm.of(definition), keys);
            yaml(YamlForm.pipeline(definition), keys);
        }
        return keys;
    }

    private static void json(Object node, Set<String> keys) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                keys.add(key.toString());
                if (!key.equals("options")) {
                    json(value, keys);
                }
            });
        } else if (node instanceof List<?> list) {
            list.forEach(item -> json(item, keys));
        }
    }

    private static void yaml(Map<?, ?> pipeline, Set<String> keys) {
        own(pipeline, keys);
        for (Object stage : (List<?>) pipeline.get("stages")) {
            for (Object keysOfStage : ((Map<?, ?>) stage).values()) {
                own((Map<?, ?>) keysOfStage, keys);
                for (Object job : ((Map<?, ?>) ((Map<?, ?>) keysOfStage).get("jobs")).values()) {
                    own((Map<?, ?>) job, keys);
                }
            }
        }
    }

    private static void own(Map<?, ?> map, Set<String> keys) {
        map.forEach((key, value) -> {
            keys.add(key.toString());
            if (value instanceof Map<?, ?> below && !NAMES_BELOW.contains(key.toString()) && !key.equals("materials")) {
                own(below, keys);
            }
        });
    }
}

package dev.penstock.core.config.write;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.json.Json;
import java.util.Set;
import java.util.TreeSet;

/** The keys of the JSON form and the YAML form that have a meaning of their own: not names, and not options. */
public final class WrittenKeys {
    /** Beneath these stand names that people choose, or options of types. */
    private static final Set<String> CHOSEN = Set.of(
            "parameters", "environment_variables", "secure_variables", "tabs", "materials", "stages", "jobs", "tasks");

    private WrittenKeys() {}

    public static Set<String> all() {
        Set<String> keys = new TreeSet<>();
        for (int seed = 0; seed < 50; seed++) {
            PipelineDefinition definition = new RandomDefinitions(seed).next();
            json(Json.STRICT.valueToTree(JsonForm.of(definition)), keys);
            JsonNode pipeline = Json.STRICT.valueToTree(YamlForm.pipeline(definition));
            yaml(pipeline, keys);
            for (JsonNode named : pipeline.path("stages")) {
                for (JsonNode stage : named) {
                    yaml(stage, keys);
                    stage.path("jobs").forEach(job -> yaml(job, keys));
                }
            }
        }
        return keys;
    }

    private static void json(JsonNode node, Set<String> keys) {
        node.properties().forEach(field -> {
            keys.add(field.getKey());
            if (!field.getKey().equals("options")) {
                json(field.getValue(), keys);
            }
        });
        if (node.isArray()) {
            node.forEach(item -> json(item, keys));
        }
    }

    private static void yaml(JsonNode node, Set<String> keys) {
        node.properties().forEach(field -> {
            keys.add(field.getKey());
            if (!CHOSEN.contains(field.getKey())) {
                yaml(field.getValue(), keys);
            }
        });
    }
}

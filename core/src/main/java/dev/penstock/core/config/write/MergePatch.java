package dev.penstock.core.config.write;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.json.Json;

/** JSON Merge Patch (RFC 7396): fields that the patch has are replaced, those that it has as null are left out. */
public final class MergePatch {
    private MergePatch() {}

    /** The JSON form of a definition with a patch applied, as text. */
    public static String apply(PipelineDefinition definition, String patch) {
        try {
            JsonNode target = Json.STRICT.valueToTree(JsonForm.of(definition));
            JsonNode changes = Json.STRICT.readTree(patch);
            if (!changes.isObject()) {
                throw new PenstockException(
                        ErrorCode.BAD_REQUEST, "A merge patch must be a JSON object with the fields to change");
            }
            return Json.STRICT.writeValueAsString(merge(target, changes));
        } catch (JsonProcessingException e) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "The patch is not JSON: " + e.getOriginalMessage());
        }
    }

    private static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch;
        }
        ObjectNode result = target instanceof ObjectNode before ? before.deepCopy() : Json.STRICT.createObjectNode();
        changes.properties().forEach(change -> {
            if (change.getValue().isNull()) {
                result.remove(change.getKey());
            } else {
                JsonNode old = result.path(change.getKey());
                result.set(change.getKey(), merge(old, change.getValue()));
            }
        });
        return result;
    }
}

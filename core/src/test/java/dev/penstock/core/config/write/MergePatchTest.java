package dev.penstock.core.config.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.config.parse.Texts;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.json.Json;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MergePatchTest {

    @Test
    void replacesListsAndMergesObjects() throws IOException {
        JsonNode patched = apply("""
                {"timer": {"only_on_changes": true}, "variables": [], "display_order": null, "template": "x"}
                """);

        assertThat(patched.at("/timer/spec").asText()).isEqualTo("0 0 22 ? * MON");
        assertThat(patched.at("/timer/only_on_changes").asBoolean()).isTrue();
        assertThat(patched.path("variables")).isEmpty();
        assertThat(patched.has("display_order")).isFalse();
        assertThat(patched.path("template").asText()).isEqualTo("x");
        assertThat(patched.path("stages")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "5", "{\"a\":1,\"a\":2}", "{"})
    void refusesWhatIsNoPatch(String patch) {
        assertThatThrownBy(() -> apply(patch)).isInstanceOf(PenstockException.class);
    }

    private static JsonNode apply(String patch) throws IOException {
        var web = Texts.written(
                Texts.pipeline("timer: {spec: 0 0 22 ? * MON}", "environment_variables: {A: x}", "display_order: 4"));
        return Json.STRICT.readTree(MergePatch.apply(web, patch));
    }
}

package dev.penstock.core.config.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.parse.Parsed;
import dev.penstock.core.config.parse.Texts;
import dev.penstock.core.platform.json.Json;
import org.junit.jupiter.api.Test;

/** What is written is read as the same definition. */
class RoundTripTest {
    private static final int CASES = 400;

    @Test
    void asYaml() {
        for (int seed = 0; seed < CASES; seed++) {
            PipelineDefinition definition = new RandomDefinitions(seed).next();

            String text = YamlForm.of(definition);

            assertThat(read(Texts.yaml(text), seed, text))
                    .as("seed %s:\n%s", seed, text)
                    .isEqualTo(definition);
        }
    }

    @Test
    void asJson() throws JsonProcessingException {
        for (int seed = 0; seed < CASES; seed++) {
            PipelineDefinition definition = new RandomDefinitions(seed).next();

            String text = Json.STRICT.writeValueAsString(JsonForm.of(definition));

            assertThat(read(Texts.json(text), seed, text))
                    .as("seed %s:\n%s", seed, text)
                    .isEqualTo(definition);
        }
    }

    @Test
    void asItIsStored() {
        for (int seed = 0; seed < CASES; seed++) {
            PipelineDefinition definition = new RandomDefinitions(seed).next();

            PipelineDefinition read = Json.read(Json.write(definition), PipelineDefinition.class);

            assertThat(read).isEqualTo(definition).hasToString(definition.toString());
        }
    }

    private static PipelineDefinition read(Parsed parsed, int seed, String text) {
        assertThat(Texts.mistakes(parsed)).as("seed %s:\n%s", seed, text).isEmpty();
        return Texts.one(parsed).written();
    }
}

package dev.penstock.core.config.parse;

import static dev.penstock.core.config.parse.Texts.json;
import static dev.penstock.core.config.parse.Texts.mistakes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.platform.error.Violation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonDefinitionTest {
    private static final String GOOD = """
            {
              "name": "web", "group": "main",
              "variables": [{"name": "A", "value": "x"}],
              "materials": [{"type": "git", "options": {"url": "u"}}],
              "stages": [{"name": "build", "jobs": [{"name": "unit", "tasks": [
                {"type": "exec", "options": {"command": "make"}}]}]}]
            }
            """;

    @Test
    void takesWhatIsRight() {
        assertThat(mistakes(json(GOOD))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "group": "main"           | "grup": "main"                     | required     | 1 |
            "group": "main"           | "group": "main", "x": 1            | unknown_key  | 2 | /x
            "group": "main"           | "group": 5                         | wrong_type   | 2 | /group
            "group": "main"           | "group": null                      | required     | 1 |
            "value": "x"              | "value": 5                         | wrong_type   | 3 | /variables/0/value
            "value": "x"              | "value": "x", "secret_ref": 1      | ambiguous    | 3 | /variables/0
            "value": "x"              | "value": "x", "secure": true       | ambiguous    | 3 | /variables/0
            "value": "x"              | "secret_ref": -1                   | unknown_secret | 3 | /variables/0
            "value": "x"              | "secure_value": "y", "secret_ref": 1 | ambiguous  | 3 | /variables/0
            "url": "u"                | "url": ["u"]                       | wrong_type   | 4 | /materials/0/options/url
            "url": "u"                | "url": {"secret_ref": 1}           | wrong_type   | 4 | /materials/0/options/url
            "url": "u"                | "url": "u", "shallow_clone": "maybe" | wrong_type | 4 | /materials/0/options/shallow_clone
            "url": "u"                | "url": 1.5                         | wrong_type   | 4 | /materials/0/options/url
            "name": "unit"            | "name": "unit", "run_instances": "some" | wrong_type | 5 | /stages/0/jobs/0/run_instances
            "name": "unit"            | "name": "unit", "idle_timeout_minutes": "5" | wrong_type | 5 | /stages/0/jobs/0/idle_timeout_minutes
            "type": "exec"            | "type": "exec", "run_if": "any"    | wrong_type   | 6 | /stages/0/jobs/0/tasks/0/run_if
            "command": "make"         | "command": true, "x": []           | unknown_option | 6 | /stages/0/jobs/0/tasks/0/options/x
            """)
    void tellsWhereAMistakeIs(String from, String to, String code, int line, String pointer) {
        assertThat(mistakes(json(GOOD.replace(from, to)))).anySatisfy(found -> {
            assertThat(found.code()).isEqualTo(code);
            assertThat(found.line()).isEqualTo(line);
            assertThat(found.pointer()).isEqualTo(pointer == null ? "" : pointer);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "null", "[]", "5", "{", "{} {}", "{\"a\": 1, \"a\": 2}", "nul", "{\"a\": NaN}", "\u0000"})
    void tellsWhatIsNoDefinition(String text) {
        assertThat(mistakes(json(text))).isNotEmpty();
    }

    @Test
    void wordsAreReadInAnyCase() {
        String text = GOOD.replace(
                "\"name\": \"unit\"",
                "\"name\": \"unit\", \"on_agent_loss\": {\"policy\": \"RERUN\", \"max_reruns\": 9}");

        assertThat(Texts.one(json(text))
                        .written()
                        .stages()
                        .getFirst()
                        .jobs()
                        .getFirst()
                        .onAgentLoss())
                .isEqualTo(new OnAgentLoss(OnAgentLoss.Policy.RERUN, 9));
    }

    @Test
    void deepAndLongTextsAreTold() {
        assertThat(mistakes(json("[".repeat(100_000))))
                .extracting(Violation::code)
                .containsExactly("not_json");
        assertThat(mistakes(json(" ".repeat((1 << 20) + 1))))
                .extracting(Violation::code)
                .containsExactly("too_large");
    }

    @Test
    void atMost200MistakesAreTold() {
        var many = new StringBuilder("{");
        for (int i = 0; i < 5_000; i++) {
            many.append("\"k").append(i).append("\": 1,");
        }

        assertThat(mistakes(json(many + "\"name\": \"web\"}"))).hasSize(200);
    }
}

package dev.penstock.core.config.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.error.Violation;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelTemplateTest {

    @ParameterizedTest
    @CsvSource({
        "${COUNT}, 7",
        "v${count}, v7",
        "${COUNT[:3]}, 7",
        "${code}, 0123456789",
        "${CODE[:4]}, 0123",
        "${code[:99]}, 0123456789",
        "${env:VERSION}, 1.$2\\3",
        "${ENV:VERSION}-${COUNT}, 1.$2\\3-7",
        "'${env:NONE}', ''",
        "${other}, ${other}",
        "a${COUNT}b${COUNT}, a7b7"
    })
    void putsValuesInAsTheyAre(String template, String label) {
        assertThat(LabelTemplate.render(template, 7, Map.of("code", "0123456789"), Map.of("VERSION", "1.$2\\3")))
                .isEqualTo(label);
    }

    @Test
    void cutsLongLabelsWithoutPartingACharacter() {
        String label = LabelTemplate.render("x${env:LONG}", 1, Map.of(), Map.of("LONG", "😀".repeat(200)));

        assertThat(label).hasSize(255).endsWith("😀");
        assertThat(LabelTemplate.render("${env:LONG}", 1, Map.of(), Map.of("LONG", "😀".repeat(200))))
                .hasSize(254);
    }

    @Test
    void doesNotBuildMoreThanALabelHolds() {
        String template = "${env:LONG}".repeat(80);

        assertThat(LabelTemplate.render(template, 1, Map.of(), Map.of("LONG", "x".repeat(1 << 20))))
                .hasSize(255);
    }

    @ParameterizedTest
    @ValueSource(strings = {"${COUNT}", "${code[:7]}", "${env:X}", "x ${Code} y"})
    void takesWhatCanBeFilledIn(String template) {
        assertThat(LabelTemplate.check(template, Set.of("code"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fixed",
                "${}",
                "${ }",
                "${env:}",
                "${env: }",
                "${nobody}",
                "${code[:0]}",
                "${code[:07]}",
                "${open"
            })
    void tellsWhatCannot(String template) {
        assertThat(LabelTemplate.check(template, Set.of("code")))
                .extracting(Violation::pointer)
                .containsOnly("/label_template")
                .isNotEmpty();
    }
}

package dev.penstock.core.config.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CronSyntaxTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0 0 12 * * ?",
                "0 15 10 ? * *",
                "0 15 10 * * ? 2026",
                "0 0/5 14,18 * * ?",
                "0 0-5 14 * * ?",
                "0 15 10 ? * MON-FRI",
                "0 15 10 15 * ?",
                "0 15 10 L * ?",
                "0 15 10 L-2 * ?",
                "0 15 10 LW * ?",
                "0 15 10 15W * ?",
                "0 15 10 ? * 6L",
                "0 15 10 ? * fri#3",
                "0 11 11 11 nov ?",
                "  0 0 12 1/5 * ?  "
            })
    void takesQuartzExpressions(String text) {
        assertThat(CronSyntax.mistake(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0 0 12 * *",
                "0 0 12 * * *",
                "0 0 12 ? * ?",
                "60 0 12 * * ?",
                "0 0 24 * * ?",
                "0 0 12 0 * ?",
                "0 0 12 * 13 ?",
                "0 0 12 ? * 8",
                "0 0 12 ? * 0",
                "0 0/0 12 * * ?",
                "0 a 12 * * ?",
                "0 0 12 * * ? 1969",
                "0 0 12 * * ? 2026 x",
                "0 0 12 32W2 * ?",
                "@daily"
            })
    void tellsWhatIsNone(String text) {
        assertThat(CronSyntax.mistake(text)).isPresent();
    }
}

package dev.penstock.core.config.parse;

import static dev.penstock.core.config.parse.Texts.codes;
import static dev.penstock.core.config.parse.Texts.pipeline;
import static dev.penstock.core.config.parse.Texts.resolved;
import static dev.penstock.core.config.parse.Texts.yaml;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding 12: what YAML can do to those who read it. */
class YamlLimitsTest {
    private static final Duration QUICK = Duration.ofSeconds(3);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!!!!!!%6",
                "",
                "\t",
                "}",
                "[",
                "\"",
                "? ? ? ?",
                "%YAML 9.9",
                "--- --- ---",
                "&a [*a]",
                "*nobody",
                "!!java.lang.Runtime {}",
                "- - - -",
                "a: b: c",
                "\u0000",
                "'\\u0000'",
                "{\"a\": \"\\0\"}",
                "? [a]\n: b",
                "!<tag:yaml.org,2002:null> x",
                "\uFEFF\uFEFF",
                "a: |9\n x"
            })
    void rubbishIsToldAndNotThrown(String text) {
        assertThat(yaml(text)).isInstanceOf(Parsed.Broken.class);
    }

    @Test
    void harmlessAliasesAreTaken() {
        String variables =
                IntStream.range(0, 100).mapToObj(i -> "V" + i + ": *value").collect(Collectors.joining(", ", "{", "}"));

        var web = resolved("common: {value: &value x}\n" + pipeline("environment_variables: " + variables));

        assertThat(web.variables()).hasSize(100).allMatch(variable -> "x".equals(variable.value()));
    }

    @Test
    void mergeKeysFillInWhatIsNotThere() {
        var web = resolved("""
                common: {base: &base {tasks: [{exec: {command: make}}], timeout: 5}}
                pipelines:
                  web:
                    group: main
                    materials: {code: {git: "https://git/web"}}
                    stages:
                      - build: {jobs: {one: {<<: *base}, two: {<<: *base, timeout: 6}}}
                """);

        assertThat(web.stages().getFirst().jobs())
                .extracting(job -> job.name() + " " + job.idleTimeoutMinutes())
                .containsExactly("one 5", "two 6");
    }

    @Test
    void aKeyOfMapThatLooksLikeAMergeIsAKeyWhenItIsQuoted() {
        var web = resolved(Texts.job("tasks: [{maven: {goals: [x], properties: {'<<': y, 'null': z}}}]"));

        assertThat(web.stages()
                        .getFirst()
                        .jobs()
                        .getFirst()
                        .tasks()
                        .getFirst()
                        .options()
                        .get("properties"))
                .hasToString("{<<=y, null=z}");
    }

    @Test
    void aBombOfListsIsRefused() {
        String text = "common:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
                + IntStream.range(1, 10)
                        .mapToObj(i -> "  a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)))
                        .collect(Collectors.joining());

        assertTimeoutPreemptively(
                QUICK,
                () -> assertThat(codes(yaml(text))).hasSize(1).allMatch(code -> code.endsWith("too_many_aliases")));
    }

    @Test
    void aBombOfOneLongTextIsRefused() {
        String text = "common: {long: &long " + "x".repeat(500_000) + ", many: [" + "*long, ".repeat(1_000) + "]}\n"
                + pipeline();

        assertTimeoutPreemptively(QUICK, () -> assertThat(codes(yaml(text))).containsExactly("1 too_many_aliases"));
    }

    @Test
    void aBombOfAParameterIsRefused() {
        String text = pipeline(
                "parameters: {p: " + "x".repeat(200_000) + "}",
                "environment_variables: {"
                        + IntStream.range(0, 400)
                                .mapToObj(i -> "V" + i + ": '#{p}'")
                                .collect(Collectors.joining(", ")) + "}");

        assertTimeoutPreemptively(
                QUICK, () -> assertThat(codes(yaml(text))).isNotEmpty().allMatch(code -> code.endsWith("too_large")));
    }

    @Test
    void deepNestingIsRefused() {
        assertTimeoutPreemptively(QUICK, () -> {
            assertThat(codes(yaml("common: " + "[".repeat(60) + "]".repeat(60))))
                    .containsExactly("1 too_deep");
            assertThat(yaml("[".repeat(500_000))).isInstanceOf(Parsed.Broken.class);
            assertThat(yaml("- ".repeat(300_000))).isInstanceOf(Parsed.Broken.class);
        });
    }

    @Test
    void aFileThatIsTooLargeIsNotEvenParsed() {
        assertThat(codes(yaml("#".repeat((1 << 20) + 1)))).containsExactly("1 too_large");
        assertThat(codes(yaml("한".repeat(400_000)))).containsExactly("1 too_large");
    }

    @Test
    void aKeyThatStandsTwiceIsToldWithItsLine() {
        assertThat(codes(yaml(pipeline("group: other")))).containsExactly("6 duplicate_key");
    }

    @Test
    void aHugeScalarIsQuick() {
        String text = pipeline("label_template: \"" + "a".repeat(1_000_000) + "\"");

        assertTimeoutPreemptively(
                QUICK, () -> assertThat(codes(yaml(text))).containsExactly("6 invalid_label_template"));
    }

    @Test
    void textThatNoDatabaseCanHoldIsRefused() {
        assertThat(codes(yaml(pipeline("environment_variables: {A: \"a\\0b\"}"))))
                .containsExactly("6 invalid_text");
        assertThat(codes(Texts.json("{\"name\": \"\\ud800\"}"))).contains("1 invalid_text");
    }

    @Test
    void thousandsOfBrokenTextsAreToldAndNotThrown() {
        String good = pipeline(
                "label_template: 'v${COUNT}'",
                "parameters: &p {a: 'x', b: \"y\"}",
                "environment_variables: {<<: *p, C: |",
                "  many",
                "  lines",
                "}");
        var random = new Random(42);

        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 3_000; i++) {
                String text = broken(good, random);
                Parsed parsed = yaml(text);
                boolean told =
                        parsed instanceof Parsed.Ok || !Texts.mistakes(parsed).isEmpty();
                assertThat(told).as(text).isTrue();
            }
        });
    }

    private static String broken(String text, Random random) {
        var broken = new StringBuilder(text);
        String signs = "{}[]:,&*!|>'\"%@`#?-\n \t~\\<\u0085\u2028é";
        for (int n = random.nextInt(4) + 1; n > 0; n--) {
            int at = random.nextInt(broken.length());
            switch (random.nextInt(3)) {
                case 0 -> broken.deleteCharAt(at);
                case 1 -> broken.insert(at, signs.charAt(random.nextInt(signs.length())));
                default -> broken.setCharAt(at, signs.charAt(random.nextInt(signs.length())));
            }
        }
        return broken.toString();
    }
}

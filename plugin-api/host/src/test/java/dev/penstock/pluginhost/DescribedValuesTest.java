package dev.penstock.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.Secret;
import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DescribedValuesTest {

    private static Option option(OptionKind kind) {
        return kind == OptionKind.CHOICE
                ? Option.choice("it", Text.of("It"), List.of("one", "two"))
                : Option.of("it", kind, Text.of("It"));
    }

    private static DescribedValues.Reading read(OptionKind kind, Object value) {
        return DescribedValues.read(List.of(option(kind)), Map.of("it", value));
    }

    private static void assertWrong(DescribedValues.Reading reading, String words) {
        assertThat(reading.violations()).singleElement().satisfies(violation -> {
            assertThat(violation.path()).startsWith("it");
            assertThat(violation.message()).contains(words);
        });
    }

    @Test
    void scalarsStandForTheTextThatTheyWouldBeWrittenAs() {
        assertThat(read(OptionKind.TEXT, new BigDecimal("1.10")).values().text("it"))
                .contains("1.10");
        assertThat(read(OptionKind.TEXT, true).values().text("it")).contains("true");
        assertThat(read(OptionKind.BOOLEAN, "true").values().flag("it")).isTrue();
        assertThat(read(OptionKind.NUMBER, "10").values().number("it")).isEqualTo(OptionalLong.of(10));
        assertThat(read(OptionKind.NUMBER, 10.0).values().number("it")).isEqualTo(OptionalLong.of(10));
    }

    @ParameterizedTest
    @CsvSource({
        "NUMBER,1.5,must be a whole number",
        "NUMBER,ten,must be a whole number",
        "NUMBER,1e400,must be a whole number",
        "NUMBER,9007199254740993,must be a whole number",
        "BOOLEAN,yes,must be true or false",
        "CHOICE,three,'must be one of [one, two], not \"three\"'",
        "LIST,text,must be a list of texts",
        "MAP,text,must be names with values",
    })
    void valueOfAnotherKindIsTold(OptionKind kind, String value, String words) {
        assertWrong(read(kind, value), words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\0b"})
    void lineIsOneLine(String text) {
        assertWrong(read(OptionKind.TEXT, text), "single line");
        assertThat(read(OptionKind.MULTILINE, text).violations()).isEmpty();
    }

    @Test
    void limitsHold() {
        assertWrong(read(OptionKind.TEXT, "x".repeat(8_193)), "8193 characters");
        assertWrong(read(OptionKind.MULTILINE, "x".repeat(300_000)), "300000 characters");
        assertWrong(read(OptionKind.LIST, Collections.nCopies(1_001, "x")), "1001 entries");
    }

    @Test
    void secretIsNotInAnyMessage() {
        var reading = DescribedValues.read(
                List.of(option(OptionKind.SECRET)), Map.of("it", List.of("s3cret"), "other", new Secret("s3cret")));

        assertThat(reading.violations())
                .hasSize(2)
                .allSatisfy(violation -> assertThat(violation.message()).doesNotContain("s3cret"));
        assertThat(read(OptionKind.SECRET, "s3cret").values()).hasToString("{it=***}");
    }

    @Test
    void keyOfManyLinesIsASecret() {
        assertThat(read(OptionKind.SECRET, "-----BEGIN\nx\n").values().secret("it"))
                .map(Secret::reveal)
                .contains("-----BEGIN\nx\n");
    }

    @Test
    void defaultsAreFilledIn() {
        var options = List.of(
                Option.of("flag", OptionKind.BOOLEAN, Text.of("x")).withDefault("true"),
                Option.of("list", OptionKind.LIST, Text.of("x")).withDefault("a\nb"),
                Option.of("map", OptionKind.MAP, Text.of("x")).withDefault("a=1\nb="),
                Option.of("text", OptionKind.TEXT, Text.of("x")).withDefault("word"));

        var values = DescribedValues.read(options, Map.of("text", "")).values();

        assertThat(values.flag("flag")).isTrue();
        assertThat(values.list("list")).containsExactly("a", "b");
        assertThat(values.map("map")).containsExactly(Map.entry("a", "1"), Map.entry("b", ""));
        assertThat(values.text("text")).contains("word");
    }

    @ParameterizedTest
    @EnumSource(OptionKind.class)
    void absentValueIsEmptyAndWhenItIsRequiredAMistake(OptionKind kind) {
        var optional = DescribedValues.read(List.of(option(kind)), Map.of());
        var required = DescribedValues.read(List.of(option(kind).asRequired()), Map.of());

        assertThat(optional.violations()).isEmpty();
        assertThat(required.violations()).containsExactly(new Violation("it", "Option \"it\" is required"));
    }

    @Test
    void mistypedNameIsToldWithTheNearest() {
        var reading = DescribedValues.read(
                List.of(Option.of("build_file", OptionKind.TEXT, Text.of("x"))), Map.of("buildfile", "x"));

        assertThat(reading.violations())
                .containsExactly(
                        new Violation("buildfile", "There is no option \"buildfile\"; did you mean \"build_file\"?"));
    }

    @Test
    void allMistakesAreToldAtOnce() {
        var options = List.of(option(OptionKind.NUMBER), Option.of("b", OptionKind.BOOLEAN, Text.of("x")));

        var reading = DescribedValues.read(options, Map.of("it", "x", "b", "y", "nothing-like-it", 1));

        assertThat(reading.violations()).extracting(Violation::path).containsExactly("it", "b", "nothing-like-it");
    }

    @Test
    void askingForWhatWasNotDescribedIsAMistakeOfThePlugin() {
        var values = read(OptionKind.TEXT, "x").values();

        assertThatThrownBy(() -> values.text("other")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> values.flag("it")).isInstanceOf(IllegalArgumentException.class);
        assertThat(values.text("it")).isEqualTo(Optional.of("x"));
    }
}

package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.plugin.Text;
import dev.penstock.plugin.option.Option;
import dev.penstock.plugin.option.OptionKind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pf4j.Extension;

class TypeRulesTest {
    private static final Text WORD = Text.of("Word", "말");

    private static List<String> wrong(Option... options) {
        return TypeRules.description("good", WORD, List.of(options), TypeRules.OF_EVERY_TASK);
    }

    @Test
    void goodDescriptionHasNothingWrong() {
        assertThat(wrong(
                        Option.of("goals", OptionKind.TEXT, WORD).asRequired(),
                        Option.of("offline", OptionKind.BOOLEAN, WORD).withDefault("false"),
                        Option.choice("how", WORD, List.of("a", "b")).withDefault("a")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Upper", "under_score", "9x"})
    void idMustBeAWord(String id) {
        assertThat(TypeRules.description(id, WORD, List.of(), TypeRules.OF_EVERY_TASK))
                .hasSize(1);
    }

    static Stream<Arguments> badOptions() {
        return Stream.of(
                Arguments.of(Option.of("timeout", OptionKind.NUMBER, WORD), "belongs to the host"),
                Arguments.of(Option.of("a", OptionKind.TEXT, Text.of("A", "")), "both languages"),
                Arguments.of(Option.of("a", OptionKind.NUMBER, WORD).withDefault("ten"), "does not allow"),
                Arguments.of(Option.of("a", OptionKind.BOOLEAN, WORD).withDefault("yes"), "does not allow"),
                Arguments.of(Option.choice("a", WORD, List.of("x")).withDefault("y"), "does not allow"),
                Arguments.of(Option.choice("a", WORD, List.of()), "no choices"),
                Arguments.of(Option.of("a", OptionKind.BOOLEAN, WORD).asRequired(), "required BOOLEAN"),
                Arguments.of(Option.of("a", OptionKind.SECRET, WORD).withDefault("x"), "everybody can read"),
                Arguments.of(Option.of("a", OptionKind.SECRET, WORD).asIdentity(), "part of the identity"));
    }

    @ParameterizedTest
    @MethodSource("badOptions")
    void badOptionIsTold(Option option, String words) {
        assertThat(wrong(option)).singleElement().asString().contains(words);
    }

    @Test
    void optionDescribedTwiceIsTold() {
        Option option = Option.of("a", OptionKind.TEXT, WORD);

        assertThat(wrong(option, option)).singleElement().asString().contains("twice");
    }

    /** Neither annotated nor public. */
    static class Hidden {}

    /** Annotated and public, but not compiled with PF4J's processor. */
    @Extension
    public static class Unlisted {}

    @Test
    void classThatTheHostWouldNotFindIsTold() {
        assertThat(TypeRules.extension(Hidden.class)).hasSize(3);
        assertThat(TypeRules.extension(Unlisted.class))
                .singleElement()
                .asString()
                .contains("-proc:full");
    }

    /** Remembers. */
    static class WithState {
        final int fixed = 1;
        int calls;
    }

    @Test
    void fieldThatCanChangeIsTold() {
        assertThat(TypeRules.state(WithState.class)).singleElement().asString().contains("\"calls\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb"})
    void lineMustBeOne(String line) {
        assertThat(TypeRules.line("it", line)).hasSize(1);
    }
}

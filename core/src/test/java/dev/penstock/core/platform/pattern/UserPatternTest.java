package dev.penstock.core.platform.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.penstock.core.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding 13: what regular expressions can do to those who compile and match them. */
class UserPatternTest {

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            '#(\\d+)'         ; fixes #42 and #43 ; 6  ; 9  ; 42
            \\b[A-Z]+-\\d+\\b ; see SHOP-7        ; 4  ; 10 ; SHOP-7
            (a)|(b)           ; b                 ; 0  ; 1  ; b
            """)
    void findsTheFirstMatchAndItsFirstGroup(String pattern, String text, int start, int end, String value) {
        assertThat(UserPattern.of(pattern).find(text)).contains(new UserPattern.Match(start, end, value));
    }

    @Test
    void findsNothingWhereNothingIs() {
        assertThat(UserPattern.of("#(\\d+)").find("no number")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "((a{13}){13}){13}",
                "(a{1000}){3}",
                "(?:(?:x{100}y{100}){10}){2}",
                "a{999}b{999}c{999}",
                "([^]{}]{500}){5}",
                "(\\p{L}{200}){11}",
                "(((a{10}){10}){10}){10}"
            })
    void refusesWhatWouldUnfoldTooFar(String pattern) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(1),
                () -> assertThatThrownBy(() -> UserPattern.of(pattern))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("repeats too much"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "(", "[z-a]", "*", "(?<=x)y", "\\", "a{9999999999}", "\\p{", ")", "a{1001}"})
    void refusesWhatIsNoPattern(String pattern) {
        assertThatThrownBy(() -> UserPattern.of(pattern)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Each of them would be compiled for ever. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?i)\u1c80",
                "(?i)x\u1c88y",
                "(?i)\\x{1C80}",
                "(?i)[\\x{1c85}]",
                "(?i)[B-\\x{1e942}]",
                "a(?smi:[\u0400-\uffff])",
                "(?i)[^a-b-\\x{1c83}-\\x{1c90}]",
                "(?i)[\\x41-\u2000]",
                "(?i)[\\--\\x{2000}]",
                "(?s-m)(?-s)(?mi)[!-\uffff]"
            })
    void refusesToIgnoreTheCaseOfWhatHasNoEnd(String pattern) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(1),
                () -> assertThatThrownBy(() -> UserPattern.of(pattern))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("U+1C80"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[B-\\x{1e942}]", "\u1c80", "(?i)[a-z]-\\d+", "(?i)\ud55c\uae00", "(?i)[^a]", "(?i)\\pL", "(?i)."
            })
    void whatHasAnEndIsCompiled(String pattern) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThat(UserPattern.of(pattern).groups()).isZero());
    }

    /** A single character of any kind has an end, so that the table of those without one is whole. */
    @Test
    void noOtherCharacterIsCompiledForEver() {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (String range : List.of("!-\u1c7f", "\u1c89-\ud7ff", "\ue000-\\x{10ffff}")) {
                assertThat(UserPattern.of("(?i)[" + range + "]").groups()).isZero();
            }
        });
    }

    @Test
    void whatTakesTooLongIsGivenUpAndHoldsOneOfFewPlaces() {
        var compiling = new Compiling(1, Duration.ofMillis(50));
        var end = new CountDownLatch(1);

        assertThatThrownBy(() -> compiling.within(() -> {
                    end.await();
                    return "late";
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("takes too long to be read");
        assertThatThrownBy(() -> compiling.within(() -> "quick")).hasMessageContaining("others take too long");
        end.countDown();
        Eventually.until(() -> {
            try {
                return compiling.within(() -> "quick").equals("quick");
            } catch (IllegalArgumentException _) {
                return false; // its place is not free yet
            }
        });
    }

    @Test
    void refusesLongOnes() {
        assertThatThrownBy(() -> UserPattern.of("a".repeat(257))).hasMessageContaining("257 characters");
    }

    @Test
    void whatRunsAwayElsewhereIsQuickHere() {
        var pattern = UserPattern.of("(.*a){25}$");

        assertTimeoutPreemptively(
                Duration.ofSeconds(2),
                () -> assertThat(pattern.find("a".repeat(60) + "b")).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "abc,3",
        "(a{20}b){10},220",
        "a{2}{3},6",
        "[{}]{4},4",
        "\\{{5},5",
        "'x{2,7}',7",
        "'x{3,}',3",
        "\\p{L}{6},6"
    })
    void countsWhatARepetitionUnfoldsTo(String pattern, long size) {
        assertThat(Unfolded.size(pattern)).isEqualTo(size);
    }
}

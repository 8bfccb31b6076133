package dev.penstock.core.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTextTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "ä", "€", "𝄞", "aä€𝄞"})
    void neverCutsACharacter(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

        for (int count = 0; count <= bytes.length; count++) {
            int whole = ConsoleText.wholeCharacters(bytes, count);

            String cut = new String(bytes, 0, whole, StandardCharsets.UTF_8);
            assertThat(text).startsWith(cut);
            assertThat(cut).doesNotContain("\uFFFD");
            assertThat(count - whole).isLessThan(4);
        }
    }

    @Test
    void takesAllOfWhatIsComplete() {
        byte[] bytes = "x𝄞".getBytes(StandardCharsets.UTF_8);

        assertThat(ConsoleText.wholeCharacters(bytes, bytes.length)).isEqualTo(5);
    }

    @Test
    void takesBytesThatAreNoUtf8AsTheyAre() {
        byte[] bytes = {(byte) 0x80, (byte) 0xBF, (byte) 0xFF, (byte) 0xFE, (byte) 0xC0};

        assertThat(ConsoleText.wholeCharacters(bytes, 2)).isEqualTo(2);
        assertThat(ConsoleText.wholeCharacters(bytes, 3)).isEqualTo(3);
        assertThat(ConsoleText.wholeCharacters(bytes, 5)).isEqualTo(5);
    }
}

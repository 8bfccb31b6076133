package dev.penstock.core.platform.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SecretMaskTest {
    private static final String SECRET = "s3cr3t \"päss\"&<42>";

    @Test
    void starsHaveTheLengthOfWhatTheyHide() {
        assertThat(masked(SecretMask.of(List.of("hunter22")), "password hunter22, again hunter22!"))
                .isEqualTo("password ********, again ********!");
    }

    @Test
    void secretsThatOverlapAreHiddenTogether() {
        assertThat(masked(SecretMask.of(List.of("abcdef", "defghi")), "-abcdefghi-"))
                .isEqualTo("-*********-");
    }

    @Test
    void aSecretInsideOfAnotherChangesNothing() {
        assertThat(masked(SecretMask.of(List.of("abcdefgh", "cdef")), "abcdefgh cdef abcd"))
                .isEqualTo("******** **** abcd");
    }

    static List<String> forms() {
        byte[] bytes = SECRET.getBytes(StandardCharsets.UTF_8);
        return List.of(
                SECRET,
                Base64.getEncoder().encodeToString(bytes),
                Base64.getEncoder().encodeToString(("user:" + SECRET).getBytes(StandardCharsets.UTF_8)),
                Base64.getEncoder().encodeToString(("me:" + SECRET + "xx").getBytes(StandardCharsets.UTF_8)),
                Base64.getUrlEncoder().encodeToString(bytes),
                HexFormat.of().formatHex(bytes),
                HexFormat.of().withUpperCase().formatHex(bytes),
                URLEncoder.encode(SECRET, StandardCharsets.UTF_8),
                URLEncoder.encode(SECRET, StandardCharsets.UTF_8).replace("+", "%20"),
                "s3cr3t \\\"päss\\\"&<42>",
                "s3cr3t &quot;päss&quot;&amp;&lt;42&gt;",
                "s3cr3t \"päss\"&amp;&lt;42&gt;");
    }

    @ParameterizedTest
    @MethodSource("forms")
    void hidesTheFormsInWhichSecretsTurnUp(String form) {
        String masked = masked(SecretMask.of(List.of(SECRET)), "begin " + form + " end");

        // Of base64 the characters at both ends also hold bits of the neighbours, and may stay.
        assertThat(masked).startsWith("begin ").endsWith(" end").contains("**********");
        assertThat(masked.replace("*", "").length() - "begin  end".length()).isLessThan(12);
    }

    @Test
    void hidesEachLineOfALongSecret() {
        var mask = SecretMask.of(List.of("-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n"));

        assertThat(masked(mask, "2026 ou kqhkiG9w0BAQEF\n")).isEqualTo("2026 ou **************\n");
    }

    @Test
    void passesOverWhatIsTooShortToBeASecret() {
        assertThat(SecretMask.of(List.of("abc", "")).isEmpty()).isTrue();
    }

    @Test
    void knowsHowMuchOfTheEndMayBeTheBeginningOfASecret() {
        var mask = SecretMask.of(List.of("hunter22"));

        assertThat(openSuffix(mask, "x hunter")).isEqualTo(6);
        assertThat(openSuffix(mask, "x h")).isEqualTo(1);
        assertThat(openSuffix(mask, "x hunter22")).isZero();
        assertThat(openSuffix(mask, "hunter hunt")).isEqualTo(4);
    }

    private static int openSuffix(SecretMask mask, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return mask.openSuffix(bytes, bytes.length);
    }

    private static String masked(SecretMask mask, String text) {
        return mask.masked(text);
    }
}

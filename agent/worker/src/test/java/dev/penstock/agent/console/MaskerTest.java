package dev.penstock.agent.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MaskerTest {
    private static final String SECRET = "p&ss w\"ord/'s $<1>";

    @Test
    void givesTheSameWhereverThePiecesEndAndNeverPartOfASecret() {
        for (int seed = 0; seed < 3000; seed++) {
            var random = new Random(seed);
            List<byte[]> patterns = patterns(random);
            byte[] text = text(random, patterns);
            Secrets secrets = Secrets.ofPatterns(patterns);

            String masked = inPieces(secrets, text, random);

            assertThat(masked).as("seed %d", seed).isEqualTo(expected(text, patterns));
        }
    }

    /** Few letters, so that secrets overlap, contain each other, and nearly match. */
    private static List<byte[]> patterns(Random random) {
        var patterns = new ArrayList<byte[]>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            patterns.add(letters(random, 4 + random.nextInt(6)));
        }
        return patterns;
    }

    private static byte[] text(Random random, List<byte[]> patterns) {
        var text = new ByteArrayOutputStream();
        for (int i = 0; i < 12; i++) {
            byte[] part = random.nextInt(3) == 0
                    ? patterns.get(random.nextInt(patterns.size()))
                    : letters(random, random.nextInt(12));
            int length = random.nextInt(4) == 0 ? random.nextInt(part.length + 1) : part.length;
            text.write(part, 0, length);
        }
        return text.toByteArray();
    }

    private static byte[] letters(Random random, int length) {
        var letters = new byte[length];
        for (int i = 0; i < length; i++) {
            letters[i] = (byte) ('a' + random.nextInt(3));
        }
        return letters;
    }

    private static String inPieces(Secrets secrets, byte[] text, Random random) {
        var out = new ByteArrayOutputStream();
        var masker = new Masker(secrets);
        for (int at = 0; at < text.length; ) {
            int length = Math.min(text.length - at, random.nextInt(7));
            masker.feed(text, at, length, out::write);
            at += length;
        }
        masker.finish(out::write);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    /** The rule, told as simply as possible: every byte of an occurrence is covered; overlapping ones leave one mark. */
    private static String expected(byte[] text, List<byte[]> patterns) {
        var covered = new boolean[text.length];
        var joined = new boolean[text.length + 1];
        for (byte[] pattern : patterns) {
            for (int at = 0; at + pattern.length <= text.length; at++) {
                if (Arrays.equals(text, at, at + pattern.length, pattern, 0, pattern.length)) {
                    Arrays.fill(covered, at, at + pattern.length, true);
                    Arrays.fill(joined, at + 1, at + pattern.length, true);
                }
            }
        }
        var masked = new StringBuilder();
        for (int i = 0; i < text.length; i++) {
            if (!covered[i]) {
                masked.append((char) text[i]);
            } else if (!joined[i]) {
                masked.append("********");
            }
        }
        return masked.toString();
    }

    static Stream<String> encodings() {
        byte[] bytes = SECRET.getBytes(StandardCharsets.UTF_8);
        Base64.Encoder base64 = Base64.getEncoder();
        String percent = URLEncoder.encode(SECRET, StandardCharsets.UTF_8);
        return Stream.of(
                SECRET,
                base64.encodeToString(bytes),
                base64.withoutPadding().encodeToString(bytes),
                Base64.getUrlEncoder().encodeToString(bytes),
                percent,
                percent.toLowerCase(Locale.ROOT),
                percent.replace("+", "%20"),
                percent.replace("+", "%20").replace("%27", "'"),
                "p&ss w\\\"ord/'s $<1>",
                "p&ss w\\\"ord\\/'s $<1>",
                "p&ss w\"ord/'\\''s $<1>",
                "p\\&ss\\ w\\\"ord/\\'s\\ \\$\\<1\\>",
                "p&ss w\\\"ord/'s \\$<1>",
                "p&amp;ss w&quot;ord/&#39;s $&lt;1&gt;",
                "p&amp;ss w&quot;ord/&apos;s $&lt;1&gt;",
                "p&amp;ss w&#34;ord/&#39;s $&lt;1&gt;",
                HexFormat.of().formatHex(bytes),
                HexFormat.of().withUpperCase().formatHex(bytes));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void findsASecretAsProgramsEncodeIt(String encoded) {
        String masked = Secrets.of(List.of(SECRET)).masked("before " + encoded + " after");

        assertThat(masked).isEqualTo("before ******** after");
    }

    @Test
    void findsASecretInsideALongerBase64Text() {
        for (int before = 0; before < 6; before++) {
            for (int behind = 0; behind < 3; behind++) {
                String whole = "u".repeat(before) + SECRET + "v".repeat(behind);
                String encoded = Base64.getEncoder().encodeToString(whole.getBytes(StandardCharsets.UTF_8));

                String masked = Secrets.of(List.of(SECRET)).masked(encoded);

                // At most the characters stay that hold bits of its neighbours too.
                assertThat(masked).contains("********");
                assertThat(masked.replace("********", "").length())
                        .isLessThanOrEqualTo((before + 2) / 3 * 4 + (behind + 2) / 3 * 4 + 4);
            }
        }
    }

    @Test
    void findsTheLinesOfAKeyAndItsEscapedWhole() {
        String key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n";
        Secrets secrets = Secrets.of(List.of(key));

        String masked =
                secrets.masked("a MIIEvQIBADANBgkq\r\nb  hkiG9w0BAQEFAASC c " + key.replace("\n", "\\n") + " END");

        assertThat(masked).isEqualTo("a ********\r\nb  ******** c ******** END");
    }

    @Test
    void masksSecretsWithinEachOtherAsOne() {
        Secrets secrets = Secrets.of(List.of("hunter22", "hunter2233", "2233445"));

        assertThat(secrets.masked("hunter2233445!")).isEqualTo("********!");
        assertThat(secrets.masked("hunter22!")).isEqualTo("********!");
        assertThat(secrets.masked("hunter22hunter22")).isEqualTo("****************");
    }

    @Test
    void leavesShortValuesAlone() {
        Secrets secrets = Secrets.of(List.of("abc", "   x  ", ""));

        assertThat(secrets.masked("abc x")).isEqualTo("abc x");
    }

    @Test
    void findsSecretsThatAreNotAscii() {
        assertThat(Secrets.of(List.of("비밀번호")).masked("암호=비밀번호;")).isEqualTo("암호=********;");
    }

    @Test
    void looksForTheLikeliestFormsWhenThereAreTooMany() {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            values.add(("value-" + i + "-").repeat(500));
        }

        Secrets secrets = Secrets.of(values);

        assertThat(secrets.isComplete()).isFalse();
        assertThat(secrets.masked("x" + values.get(39) + "y")).isEqualTo("x********y");
    }
}

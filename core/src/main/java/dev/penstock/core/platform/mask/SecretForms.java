package dev.penstock.core.platform.mask;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** The forms in which a secret turns up in logs (C-29). Stops accidents, not a job that wants to leak. */
final class SecretForms {
    /** Shorter values are words of any log; definitions refuse them as secrets. */
    static final int SHORTEST = 4;

    /** Shorter lines of a longer secret, such as {@code }}, are no secret. */
    private static final int SHORTEST_LINE = 6;

    /** A longer value is masked by its lines and by this much of its beginning. */
    private static final int LONGEST = 64 * 1024;

    private SecretForms() {}

    /** All forms of a value, each of at least {@link #SHORTEST} characters. */
    static Set<String> of(String secret) {
        var forms = new LinkedHashSet<String>();
        if (secret.strip().length() < SHORTEST) {
            return forms;
        }
        String value = secret.length() > LONGEST ? secret.substring(0, LONGEST) : secret;
        forms.add(value);
        forms.add(value.stripTrailing());
        value.lines()
                .map(String::strip)
                .filter(line -> line.length() >= SHORTEST_LINE)
                .forEach(forms::add);
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        for (int alignment = 0; alignment < 3; alignment++) {
            String encoded = base64(bytes, alignment);
            if (encoded.length() >= SHORTEST_LINE) {
                forms.add(encoded);
                forms.add(encoded.replace('+', '-').replace('/', '_'));
            }
        }
        String hex = HexFormat.of().formatHex(bytes);
        forms.add(hex);
        forms.add(hex.toUpperCase(Locale.ROOT));
        forms.add(percent(bytes, true));
        forms.add(percent(bytes, false));
        forms.add(percent(bytes, true).replace("%20", "+"));
        forms.add(json(value));
        forms.add(value.replace("'", "'\\''"));
        forms.add(value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
        forms.add(value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;"));
        forms.removeIf(form -> form.length() < SHORTEST);
        return forms;
    }

    /** What stands in base64 for certain when the value begins at a position of this remainder and others surround it. */
    private static String base64(byte[] bytes, int alignment) {
        byte[] shifted = new byte[bytes.length + alignment];
        System.arraycopy(bytes, 0, shifted, alignment, bytes.length);
        String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        int begin = alignment == 0 ? 0 : alignment + 1;
        int end = shifted.length % 3 == 0 ? encoded.length() : encoded.length() - 1;
        return begin < end ? encoded.substring(begin, end) : "";
    }

    private static String percent(byte[] bytes, boolean upperCase) {
        var text = new StringBuilder(bytes.length * 3);
        HexFormat hex = upperCase ? HexFormat.of().withUpperCase() : HexFormat.of();
        for (byte each : bytes) {
            char letter = (char) (each & 0xFF);
            if ((letter >= 'a' && letter <= 'z')
                    || (letter >= 'A' && letter <= 'Z')
                    || (letter >= '0' && letter <= '9')
                    || "-_.~".indexOf(letter) >= 0) {
                text.append(letter);
            } else {
                text.append('%').append(hex.toHexDigits(each));
            }
        }
        return text.toString();
    }

    private static String json(String value) {
        var text = new StringBuilder(value.length() + 16);
        for (int i = 0; i < value.length(); i++) {
            char letter = value.charAt(i);
            switch (letter) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> text.append(letter);
            }
        }
        return text.toString();
    }
}

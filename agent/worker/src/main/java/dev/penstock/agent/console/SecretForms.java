package dev.penstock.agent.console;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The forms in which a secret appears in a console: as it is, and as programs encode it. Pure. */
final class SecretForms {
    /** A shorter value would be found everywhere; the server does not take it as a secret either. */
    static final int MIN_CHARS = 4;

    /** A shorter line of a longer value is too likely a word of its own, such as {@code END}. */
    private static final int MIN_LINE_CHARS = 6;

    /** About ten keys of 3 KB in all their forms; each byte costs the automaton some 30 bytes of memory. */
    private static final int MAX_FORM_BYTES = 400_000;

    private final Set<String> forms = new LinkedHashSet<>();
    private int bytes;
    private boolean complete = true;

    private SecretForms() {}

    /**
     * Patterns to look for.
     *
     * @param complete false when the rarer forms of the longest values found no place
     */
    record Found(List<byte[]> patterns, boolean complete) {}

    /** The forms of these values; blank and very short ones are passed over. */
    static Found of(Collection<String> secrets) {
        var found = new SecretForms();
        List<String> values = secrets.stream()
                .filter(secret -> secret.strip().length() >= MIN_CHARS)
                .distinct()
                .toList();
        // The likeliest first, so that they find a place in any case.
        values.forEach(found::addPlain);
        values.forEach(found::addBase64);
        values.forEach(found::addEscaped);
        values.forEach(found::addHex);
        return new Found(
                found.forms.stream()
                        .map(form -> form.getBytes(StandardCharsets.ISO_8859_1))
                        .toList(),
                found.complete);
    }

    private void addPlain(String secret) {
        addText(secret);
        addText(secret.strip());
        if (secret.indexOf('\n') >= 0) {
            secret.lines()
                    .map(String::strip)
                    .filter(line -> line.length() >= MIN_LINE_CHARS)
                    .forEach(this::addText);
        }
    }

    private void addBase64(String secret) {
        byte[] value = secret.getBytes(StandardCharsets.UTF_8);
        addBase64Text(Base64.getEncoder().encodeToString(value));
        for (int shift = 0; shift < 3; shift++) {
            addBase64Text(within(value, shift));
        }
    }

    /** The part of the encoding that is the same whatever stands before and behind the value. */
    private static String within(byte[] value, int shift) {
        var shifted = new byte[shift + value.length];
        System.arraycopy(value, 0, shifted, shift, value.length);
        String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        int from = shift == 0 ? 0 : shift + 1;
        int to = shifted.length % 3 == 0 ? encoded.length() : encoded.length() - 1;
        return from < to ? encoded.substring(from, to) : "";
    }

    private void addBase64Text(String encoded) {
        add(encoded);
        add(encoded.replace('+', '-').replace('/', '_'));
    }

    private void addEscaped(String secret) {
        for (String safe : List.of("-_.~", "-_.*", "-_.~!*'()")) {
            for (String space : List.of("%20", "+")) {
                String percent = percent(secret, safe, space);
                add(percent);
                add(lowerHex(percent));
            }
        }
        addText(json(secret, false));
        addText(json(secret, true));
        addText(json(secret, false).replace("/", "\\/"));
        addText(secret.replace("'", "'\\''"));
        addText(escaped(secret, "\\\"$`", false));
        addText(escaped(secret, "", true));
        String xml = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        addText(xml);
        addText(xml.replace("\"", "&quot;"));
        addText(xml.replace("\"", "&quot;").replace("'", "&apos;"));
        addText(xml.replace("\"", "&quot;").replace("'", "&#39;"));
        addText(xml.replace("\"", "&#34;").replace("'", "&#39;"));
    }

    private void addHex(String secret) {
        byte[] value = secret.getBytes(StandardCharsets.UTF_8);
        add(HexFormat.of().formatHex(value));
        add(HexFormat.of().withUpperCase().formatHex(value));
    }

    private static String percent(String secret, String safe, String space) {
        var encoded = new StringBuilder();
        for (byte b : secret.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (letter || safe.indexOf(c) >= 0) {
                encoded.append(c);
            } else if (c == ' ') {
                encoded.append(space);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }

    private static String lowerHex(String percent) {
        var lower = new StringBuilder(percent);
        for (int i = percent.indexOf('%'); i >= 0; i = percent.indexOf('%', i + 1)) {
            lower.replace(i, i + 3, percent.substring(i, i + 3).toLowerCase(Locale.ROOT));
        }
        return lower.toString();
    }

    private static String json(String secret, boolean ascii) {
        var escaped = new StringBuilder();
        for (int i = 0; i < secret.length(); i++) {
            char c = secret.charAt(i);
            switch (c) {
                case '"', '\\' -> escaped.append('\\').append(c);
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (c < ' ' || (ascii && c > '~')) {
                        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        escaped.append(c);
                    }
                }
            }
        }
        return escaped.toString();
    }

    /** With a backslash before some characters, or, as {@code printf %q} does, before all that are not plain. */
    private static String escaped(String secret, String some, boolean all) {
        var escaped = new StringBuilder();
        for (int i = 0; i < secret.length(); i++) {
            char c = secret.charAt(i);
            boolean plain = Character.isLetterOrDigit(c) || "_-./:=@%^,+".indexOf(c) >= 0 || c > '~';
            if (some.indexOf(c) >= 0 || (all && !plain)) {
                escaped.append('\\');
            }
            escaped.append(c);
        }
        return escaped.toString();
    }

    private void addText(String text) {
        add(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    /** @param form its bytes as characters, so that equal forms are one */
    private void add(String form) {
        if (form.length() < MIN_CHARS || forms.contains(form)) {
            return;
        }
        if (bytes + form.length() > MAX_FORM_BYTES) {
            complete = false;
            return;
        }
        bytes += form.length();
        forms.add(form);
    }
}

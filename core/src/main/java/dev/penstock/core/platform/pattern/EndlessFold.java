package dev.penstock.core.platform.pattern;

import java.util.regex.Pattern;

/**
 * Finds patterns that ignore the case of U+1C80 to U+1C88: RE2/J 1.8 looks for their other cases for ever, because its own
 * table and that of the JDK disagree, as {@code (?i)[A-\x{FFFF}]} shows. Says yes rather once too often; does not judge
 * whether the text is a regular expression.
 */
final class EndlessFold {
    private static final int FIRST = 0x1c80;
    private static final int LAST = 0x1c88;

    /** Flags that are set somewhere; that they may be unset again is not looked at. */
    private static final Pattern IGNORES_CASE = Pattern.compile("\\(\\?[a-zA-Z]*i");

    private static final int NOTHING = -1;

    private final String text;
    private int at;

    private EndlessFold(String text) {
        this.text = text;
    }

    static boolean isIn(String text) {
        return IGNORES_CASE.matcher(text).find() && new EndlessFold(text).found();
    }

    private boolean found() {
        while (at < text.length()) {
            int low = character();
            if (text.startsWith("-", at) && at + 1 < text.length()) {
                int mark = at;
                at++;
                int high = character();
                if (low <= LAST && high >= FIRST) {
                    return true;
                }
                at = mark; // the end of a range may be the beginning of another, where it is none after all
            }
            if (low >= FIRST && low <= LAST) {
                return true;
            }
        }
        return false;
    }

    /** The next character, with an escape read as RE2/J reads it; {@code NOTHING} for an escape that is none. */
    private int character() {
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        if (c != '\\' || at >= text.length()) {
            return c;
        }
        int escaped = text.codePointAt(at);
        at += Character.charCount(escaped);
        if (escaped == 'x') {
            return hexadecimal();
        }
        return Character.isLetterOrDigit(escaped) ? NOTHING : escaped;
    }

    private int hexadecimal() {
        boolean braced = text.startsWith("{", at);
        int end = braced ? text.indexOf('}', at) : Math.min(at + 2, text.length());
        if (end < 0) {
            return NOTHING;
        }
        try {
            int value = Integer.parseInt(text, at + (braced ? 1 : 0), end, 16);
            at = end + (braced ? 1 : 0);
            return value;
        } catch (NumberFormatException _) {
            return NOTHING;
        }
    }
}

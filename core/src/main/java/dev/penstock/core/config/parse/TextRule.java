package dev.penstock.core.config.parse;

import java.util.Optional;

/** What every text in a definition must be: one that the database and programs can hold. */
final class TextRule {
    /** Longer ones are no names, and what is stored could not be read again (Jackson's limit is 50,000). */
    static final int MAX_KEY_CHARS = 1_000;

    private TextRule() {}

    /** What is wrong with a key; empty when nothing is. */
    static Optional<String> keyMistake(String key) {
        return key.length() > MAX_KEY_CHARS
                ? Optional.of("A key may have at most " + MAX_KEY_CHARS + " characters")
                : mistake(key);
    }

    /** What is wrong with a text; empty when nothing is. */
    static Optional<String> mistake(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return Optional.of("A text must not contain the character NUL");
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return Optional.of("A text contains half of a character (a surrogate without its other half)");
            }
        }
        return Optional.empty();
    }
}

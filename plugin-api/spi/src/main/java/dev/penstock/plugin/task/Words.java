package dev.penstock.plugin.task;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a line into words as GoCD does for the targets and arguments of its tasks: at white space, with single and
 * double quotes holding words together, and a backslash as a character like any other. No shell, no variables.
 */
public final class Words {
    private Words() {}

    /**
     * The words of a line; none for a blank one.
     *
     * @throws IllegalArgumentException if a quote is not closed; the message says which
     */
    public static List<String> split(String line) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("A quote (" + quote + ") is opened and not closed in \"" + line + "\"");
        }
        if (inWord) {
            words.add(word.toString());
        }
        return List.copyOf(words);
    }
}

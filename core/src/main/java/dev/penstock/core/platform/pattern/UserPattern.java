package dev.penstock.core.platform.pattern;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * A regular expression that a person wrote. RE2/J matches it in time linear in the text; length and repetitions are
 * limited before it is compiled, because compiling takes time and memory in proportion to the product of nested
 * repetitions (finding 13), and compiling has a deadline. Immutable and thread-safe.
 */
public final class UserPattern {
    /** Honest ones have a few dozen. */
    public static final int MAX_CHARS = 256;

    /**
     * With its repetitions written out. The largest that this allows compiles in 16 ms at the first time and in 2 ms
     * later; many classes of Unicode take 40 ms.
     */
    private static final int MAX_UNFOLDED = 2_000;

    private final Pattern pattern;

    private UserPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles a pattern.
     *
     * @throws IllegalArgumentException if it is none, or beyond the limits; the message is for the person who wrote it
     */
    public static UserPattern of(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("The regular expression is empty");
        }
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException("The regular expression has " + text.length() + " characters; at most "
                    + MAX_CHARS + " are possible");
        }
        if (Unfolded.size(text) > MAX_UNFOLDED) {
            throw new IllegalArgumentException("The regular expression \"" + text
                    + "\" repeats too much: with its repetitions written out it is longer than " + MAX_UNFOLDED);
        }
        if (EndlessFold.isIn(text)) {
            throw new IllegalArgumentException("The regular expression \"" + text
                    + "\" ignores the case of characters from U+1C80 to U+1C88, which is not possible: leave them out");
        }
        return new UserPattern(compiled(text));
    }

    private static Pattern compiled(String text) {
        try {
            return Compiling.STANDARD.within(() -> Pattern.compile(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The regular expression \"" + text + "\" " + e.getMessage(), e);
        } catch (ExecutionException e) {
            throw new IllegalArgumentException(
                    e.getCause() instanceof PatternSyntaxException syntax
                            ? "\"" + text + "\" is not a regular expression: " + syntax.getDescription()
                            : "\"" + text + "\" is not a regular expression that can be used",
                    e);
        }
    }

    /** The first match in the text. */
    public Optional<Match> find(CharSequence text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String group = matcher.groupCount() == 0 ? null : matcher.group(1);
        return Optional.of(new Match(matcher.start(), matcher.end(), group == null ? matcher.group() : group));
    }

    /** How many groups it has. */
    public int groups() {
        return pattern.groupCount();
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }

    /**
     * Where a pattern matched.
     *
     * @param start of the match in the text
     * @param end after its last character
     * @param value of the first group, or of the whole match where there is no group
     */
    public record Match(int start, int end, String value) {}
}

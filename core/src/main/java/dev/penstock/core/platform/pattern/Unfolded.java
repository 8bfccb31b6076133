package dev.penstock.core.platform.pattern;

/**
 * How large a regular expression is when its counted repetitions are written out: {@code (a{20}b){10}} has 210. Reads
 * what it must know of the syntax only; whether the text is a regular expression at all is not its question.
 */
final class Unfolded {
    /** Enough to tell that a pattern is too large, and far from an overflow. */
    private static final long ENOUGH = Integer.MAX_VALUE;

    private final String text;
    private int at;

    private Unfolded(String text) {
        this.text = text;
    }

    static long size(String text) {
        var unfolded = new Unfolded(text);
        long size = 0;
        while (unfolded.at < text.length()) {
            size += unfolded.sequence();
            unfolded.at++; // a parenthesis that closes nothing
        }
        return Math.min(size, ENOUGH);
    }

    /** Up to the end of a group. */
    private long sequence() {
        long size = 0;
        while (at < text.length() && text.charAt(at) != ')') {
            size = Math.min(size + repeated(one()), ENOUGH);
        }
        return size;
    }

    private long one() {
        char c = text.charAt(at++);
        switch (c) {
            case '(' -> {
                long inner = sequence();
                at++;
                return inner + 1;
            }
            case '[' -> skipClass();
            case '\\' -> skipEscape();
            default -> {}
        }
        return 1;
    }

    private void skipClass() {
        at += at < text.length() && text.charAt(at) == '^' ? 1 : 0;
        at += at < text.length() && text.charAt(at) == ']' ? 1 : 0;
        while (at < text.length() && text.charAt(at) != ']') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }

    private void skipEscape() {
        char c = at < text.length() ? text.charAt(at) : ' ';
        at++;
        boolean named = (c == 'p' || c == 'P' || c == 'x') && at < text.length() && text.charAt(at) == '{';
        if (named) {
            int end = text.indexOf('}', at);
            at = end < 0 ? text.length() : end + 1;
        }
    }

    private long repeated(long size) {
        while (at < text.length() && text.charAt(at) == '{') {
            int end = text.indexOf('}', at);
            if (end < 0) {
                return size;
            }
            long times = 1;
            for (String bound : text.substring(at + 1, end).split(",", -1)) {
                if (bound.length() <= 9 && !bound.isEmpty() && bound.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    times = Math.max(times, Long.parseLong(bound));
                }
            }
            size = Math.min(size * times, ENOUGH);
            at = end + 1;
        }
        return size;
    }
}

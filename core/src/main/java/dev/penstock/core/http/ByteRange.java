package dev.penstock.core.http;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import org.jspecify.annotations.Nullable;

/**
 * The part of a resource that a {@code Range} header asks for (RFC 9110, 14).
 *
 * @param from the first byte
 * @param to after the last byte
 * @param whole whether no part was asked for, so that the answer is 200 and not 206
 */
public record ByteRange(long from, long to, boolean whole) {

    /**
     * Reads a header. Several ranges, other units and what is no range are passed over, as the RFC allows: the answer is
     * the whole.
     *
     * @param length of the whole
     * @throws PenstockException RANGE_NOT_SATISFIABLE when nothing of the range is there
     */
    public static ByteRange of(@Nullable String header, long length) {
        var whole = new ByteRange(0, length, true);
        if (header == null || !header.startsWith("bytes=")) {
            return whole;
        }
        String range = header.substring("bytes=".length()).strip();
        int dash = range.indexOf('-');
        if (dash < 0 || range.indexOf(',') >= 0) {
            return whole;
        }
        String first = range.substring(0, dash).strip();
        String last = range.substring(dash + 1).strip();
        try {
            if (first.isEmpty()) {
                long count = number(last);
                return satisfiable(Math.max(0, length - count), length, length);
            }
            long from = number(first);
            long to = last.isEmpty() ? length : Math.min(length, number(last) + 1);
            if (!last.isEmpty() && number(last) < from) {
                return whole;
            }
            return satisfiable(from, to, length);
        } catch (NumberFormatException _) {
            return whole;
        }
    }

    private static long number(String text) {
        if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new NumberFormatException();
        }
        return Long.parseLong(text);
    }

    private static ByteRange satisfiable(long from, long to, long length) {
        if (from >= to) {
            throw new PenstockException(
                    ErrorCode.RANGE_NOT_SATISFIABLE, "The range begins at or beyond the end, which is at " + length);
        }
        return new ByteRange(from, to, false);
    }

    public long length() {
        return to - from;
    }

    /** The value of {@code Content-Range}. */
    public String contentRange(long whole) {
        return "bytes " + from + "-" + (to - 1) + "/" + whole;
    }
}

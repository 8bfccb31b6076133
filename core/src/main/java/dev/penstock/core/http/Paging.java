package dev.penstock.core.http;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list a request asks for, by {@code limit} and {@code after}. A cursor names the last item of the page
 * before, so that a list that grows meanwhile shows nothing twice.
 *
 * @param limit from 1 to {@link #MAX_LIMIT}
 * @param after the cursor of the page before; null for the first page
 */
public record Paging(int limit, @Nullable String after) {
    /** A page of the largest rows that we show stays below a megabyte. */
    public static final int MAX_LIMIT = 200;

    public static final int DEFAULT_LIMIT = 50;

    /** Longer than any cursor of ours. */
    private static final int MAX_CURSOR_CHARS = 512;

    /** @throws PenstockException BAD_REQUEST when a parameter is not what it has to be */
    public static Paging of(Context ctx) {
        String after = ctx.queryParam("after");
        if (after != null && (after.isEmpty() || after.length() > MAX_CURSOR_CHARS)) {
            throw notACursor(after);
        }
        return new Paging(limit(ctx.queryParam("limit")), after);
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a number out of range.
        }
        throw new PenstockException(
                ErrorCode.BAD_REQUEST, "\"limit\" is \"" + text + "\"; it takes a number from 1 to " + MAX_LIMIT);
    }

    /** The cursor as a positive number; null for the first page. */
    public @Nullable Long afterNumber() {
        return after == null
                ? null
                : after(text -> {
                    long number = Long.parseLong(text);
                    if (number < 0) {
                        throw new IllegalArgumentException();
                    }
                    return number;
                });
    }

    /**
     * The cursor, read; null for the first page.
     *
     * @param read throws IllegalArgumentException or IndexOutOfBoundsException when the text is no cursor
     * @throws PenstockException BAD_REQUEST when {@code read} threw
     */
    public <C> @Nullable C after(Function<String, C> read) {
        if (after == null) {
            return null;
        }
        try {
            return read.apply(after);
        } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
            throw notACursor(after);
        }
    }

    /** How many items to look for: one more than wanted shows whether a page follows. */
    public int limitAndOne() {
        return limit + 1;
    }

    /**
     * Makes the page.
     *
     * @param found at most {@link #limitAndOne()} items
     * @param cursor of an item
     */
    public <T> Page<T> page(List<T> found, Function<? super T, String> cursor) {
        if (found.size() <= limit) {
            return new Page<>(found, null);
        }
        List<T> items = found.subList(0, limit);
        return new Page<>(items, cursor.apply(items.getLast()));
    }

    private static PenstockException notACursor(String after) {
        return new PenstockException(
                ErrorCode.BAD_REQUEST,
                "\"after\" is \"" + after.substring(0, Math.min(after.length(), 60))
                        + "\", which is not a cursor of this list; give the \"next\" of the page before");
    }
}

package dev.penstock.core.http;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;

/** Counters and ids in paths: parsed as numbers at the edge, and what is none names nothing. */
public final class PathNumber {
    private PathNumber() {}

    /** A counter or id of the path, from 1. */
    public static long of(Context ctx, String parameter) {
        return parse(ctx, parameter, Long.MAX_VALUE);
    }

    /** As {@link #of}, of those that have an int. */
    public static int small(Context ctx, String parameter) {
        return Math.toIntExact(parse(ctx, parameter, Integer.MAX_VALUE));
    }

    private static long parse(Context ctx, String parameter, long max) {
        String text = ctx.pathParam(parameter);
        try {
            long number = Long.parseLong(text);
            if (number > 0 && number <= max && text.equals(Long.toString(number))) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a number out of range.
        }
        String shown = text.substring(0, Math.min(text.length(), 40));
        throw new PenstockException(
                ErrorCode.NOT_FOUND,
                "\"" + shown + "\" in the path is not a number from 1, which \"" + parameter + "\" has to be");
    }
}

package dev.penstock.core.http;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Versions of resources in headers, so that nobody overwrites what they have not seen. */
public final class ETags {
    private ETags() {}

    /**
     * Says which version the answer shows. True when the client has it already ({@code If-None-Match}): the status is 304
     * then, and the resource writes no body.
     *
     * @param version of A-Z a-z 0-9 - _ . only, without quotes
     */
    public static boolean isKnown(Context ctx, String version) {
        String tag = quoted(version);
        ctx.header("ETag", tag);
        if (!lists(ctx.header("If-None-Match"), tag)) {
            return false;
        }
        ctx.status(HttpStatus.NOT_MODIFIED);
        return true;
    }

    /** Says which version the answer shows. */
    public static void show(Context ctx, String version) {
        ctx.header("ETag", quoted(version));
    }

    /**
     * Lets a write pass only if its {@code If-Match} names the present version.
     *
     * @throws PenstockException PRECONDITION_REQUIRED when there is no such header, STALE when it names another version
     */
    public static void requireMatch(Context ctx, String version) {
        String given = given(ctx);
        if (!lists(given, quoted(version))) {
            throw stale(given, version);
        }
    }

    /**
     * The version in {@code If-Match}, for features that compare it in the transaction of their write; {@code *} for any.
     *
     * @throws PenstockException PRECONDITION_REQUIRED when there is no such header
     */
    public static String wanted(Context ctx) {
        String given = given(ctx).strip();
        return given.length() > 2 && given.startsWith("\"") && given.endsWith("\"")
                ? given.substring(1, given.length() - 1)
                : given;
    }

    /** What a feature throws whose comparison failed. */
    public static PenstockException stale(String given, String version) {
        return new PenstockException(
                ErrorCode.STALE,
                "\"If-Match\" is " + given + ", and the present version is " + quoted(version)
                        + ": somebody has changed it; read it again and repeat your change");
    }

    private static String given(Context ctx) {
        String given = ctx.header("If-Match");
        if (given == null || given.isBlank()) {
            throw new PenstockException(
                    ErrorCode.PRECONDITION_REQUIRED,
                    "\"If-Match\" is missing: give the \"ETag\" of the version that you have seen");
        }
        return given;
    }

    /** Weak tags are compared as strong ones: a proxy that compressed the answer has made them so. */
    private static boolean lists(@Nullable String header, String tag) {
        return header != null
                && Arrays.stream(header.split(",", -1))
                        .map(String::strip)
                        .map(one -> one.startsWith("W/") ? one.substring(2) : one)
                        .anyMatch(one -> one.equals("*") || one.equals(tag));
    }

    private static String quoted(String version) {
        return "\"" + version + "\"";
    }
}

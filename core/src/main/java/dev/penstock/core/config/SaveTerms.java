package dev.penstock.core.config;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;

/**
 * What a change of a definition comes with.
 *
 * @param by who makes it
 * @param comment why, for the history; may be empty
 * @param expected the version that the change was made from; 0 when the pipeline is to be new, {@link #ANY} for any
 * @param dryRun checks everything and changes nothing
 */
public record SaveTerms(String by, String comment, int expected, boolean dryRun) {
    /** The change holds for whichever version is there. */
    public static final int ANY = -1;

    private static final int MAX_COMMENT_CHARS = 1_000;

    public SaveTerms {
        if (comment.length() > MAX_COMMENT_CHARS || comment.indexOf('\0') >= 0) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST, "The comment must have at most " + MAX_COMMENT_CHARS + " characters");
        }
    }
}

package dev.penstock.core.platform.error;

import org.jspecify.annotations.Nullable;

/**
 * One mistake in a document.
 *
 * @param pointer where, as a JSON pointer such as {@code /stages/0/jobs/1/name}; empty for the whole document
 * @param code a stable word for programs, such as {@code unknown_key}
 * @param message what is wrong and what to do, with the value in quotes
 * @param line from 1, where the document is text; null elsewhere
 * @param column from 1; null where there is no line
 */
public record Violation(
        String pointer,
        String code,
        String message,
        @Nullable Integer line,
        @Nullable Integer column) {

    /** A mistake in a document without lines. */
    public static Violation at(String pointer, String code, String message) {
        return new Violation(pointer, code, message, null, null);
    }
}

package dev.penstock.core.artifact.report;

import org.jspecify.annotations.Nullable;

/**
 * One test and how it came out.
 *
 * @param suite its class, or the suite where it has none
 * @param message one line; of a test that passed at a later try, how often it had failed
 * @param detail such as a stack trace
 */
public record TestCase(
        String suite,
        String name,
        Status status,
        double seconds,
        @Nullable String message,
        @Nullable String detail) {

    /** How a test came out. */
    public enum Status {
        PASSED,
        /** An assertion did not hold. */
        FAILED,
        /** Something else went wrong. */
        ERROR,
        SKIPPED;

        boolean isBad() {
            return this == FAILED || this == ERROR;
        }
    }
}

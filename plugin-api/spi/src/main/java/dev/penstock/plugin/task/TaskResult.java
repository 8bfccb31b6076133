package dev.penstock.plugin.task;

import java.util.OptionalInt;

/** How a task ended. */
public sealed interface TaskResult {

    /** Everything went well. */
    record Passed() implements TaskResult {}

    /**
     * The work was done and its answer is no.
     *
     * @param message one line for people
     * @param exitCode of the program, where there was one
     */
    record Failed(String message, OptionalInt exitCode) implements TaskResult {

        /** A program ended with another exit code than 0. */
        public static Failed exitCode(int exitCode) {
            return new Failed("exited with code " + exitCode, OptionalInt.of(exitCode));
        }

        /** Failed without a program's exit code. */
        public static Failed because(String message) {
            return new Failed(message, OptionalInt.empty());
        }
    }
}

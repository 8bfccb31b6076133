package dev.penstock.plugin.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A program with its arguments, and variables that it sees besides those of the job.
 *
 * @param words the program and its arguments; a program without a folder separator is looked up on the job's PATH, a
 *     relative path with one is taken from the working directory
 * @param variables added to, or in place of, the job's environment
 */
public record CommandLine(List<String> words, Map<String, String> variables) {

    public CommandLine {
        words = List.copyOf(words);
        variables = Map.copyOf(variables);
        if (words.isEmpty() || words.getFirst().isBlank()) {
            throw new IllegalArgumentException("A command line needs a program");
        }
    }

    /** A program with arguments and no further variables. */
    public static CommandLine of(List<String> words) {
        return new CommandLine(words, Map.of());
    }

    /** A program with arguments and no further variables. */
    public static CommandLine of(String... words) {
        return new CommandLine(List.of(words), Map.of());
    }

    /** The same command with one more variable. */
    public CommandLine with(String name, String value) {
        var more = new LinkedHashMap<>(variables);
        more.put(name, value);
        return new CommandLine(words, more);
    }
}

package dev.penstock.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs programs and takes their failure as ours. */
final class Commands {
    private Commands() {}

    /** Runs a program to its end and returns what it printed; its failure is an exception with that text. */
    static String run(Path folder, Map<String, String> environment, String... words)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = process.waitFor();
        if (exitCode != 0) {
            throw new IOException(List.of(words) + " in " + folder + " ended with " + exitCode + ":\n" + said);
        }
        return said;
    }
}

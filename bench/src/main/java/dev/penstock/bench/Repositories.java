package dev.penstock.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Git repositories made by git itself. */
final class Repositories {
    private static final Map<String, String> AUTHOR = Map.of(
            "GIT_AUTHOR_NAME", "Bench",
            "GIT_AUTHOR_EMAIL", "bench@example.com",
            "GIT_COMMITTER_NAME", "Bench",
            "GIT_COMMITTER_EMAIL", "bench@example.com",
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_CONFIG_NOSYSTEM", "1");

    private Repositories() {}

    /** A repository with one commit on {@code main}. */
    static Path create(Path parent, String name) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(parent.resolve(name));
        git(folder, "init", "--quiet", "--initial-branch=main");
        Files.writeString(folder.resolve("README"), "bench\n");
        git(folder, "add", "--all");
        git(folder, "commit", "--quiet", "--message", "Begins");
        return folder;
    }

    /** One more commit, without files. */
    static void commit(Path folder, String message) throws IOException, InterruptedException {
        git(folder, "commit", "--quiet", "--allow-empty", "--message", message);
    }

    private static void git(Path folder, String... arguments) throws IOException, InterruptedException {
        var words = new java.util.ArrayList<>(List.of("git"));
        words.addAll(List.of(arguments));
        var builder = new ProcessBuilder(words).directory(folder.toFile()).inheritIO();
        builder.environment().putAll(AUTHOR);
        if (builder.start().waitFor() != 0) {
            throw new IOException(words + " in " + folder + " failed");
        }
    }
}

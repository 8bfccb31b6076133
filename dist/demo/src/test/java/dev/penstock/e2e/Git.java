package dev.penstock.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Repositories made by git itself. */
final class Git {
    private static final Map<String, String> AUTHOR = Map.of(
            "GIT_AUTHOR_NAME", "Hana Kim",
            "GIT_AUTHOR_EMAIL", "hana@example.com",
            "GIT_COMMITTER_NAME", "Hana Kim",
            "GIT_COMMITTER_EMAIL", "hana@example.com",
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_CONFIG_NOSYSTEM", "1");

    private Git() {}

    /** A repository with one commit on {@code main}. */
    static Path repository(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        run(folder, "init", "--quiet", "--initial-branch=main");
        Files.writeString(folder.resolve("README"), "source\n");
        commit(folder, "Begins");
        return folder;
    }

    static void commit(Path folder, String message) throws IOException, InterruptedException {
        run(folder, "add", "--all");
        run(folder, "commit", "--quiet", "--allow-empty", "--message", message);
    }

    /** The commit of {@code main}. */
    static String head(Path folder) throws IOException {
        return Files.readString(folder.resolve(".git/refs/heads/main")).strip();
    }

    private static void run(Path folder, String... arguments) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("git"));
        words.addAll(List.of(arguments));
        var builder = new ProcessBuilder(words).directory(folder.toFile()).inheritIO();
        builder.environment().putAll(AUTHOR);
        if (builder.start().waitFor() != 0) {
            throw new IOException(words + " in " + folder + " failed");
        }
    }
}

package dev.penstock.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A git repository with a small web application: built by Maven, deployed by Ant with a launcher script. */
public final class SampleRepository {
    private static final List<String> FILES = List.of(
            "pom.xml",
            "build.xml",
            "bin/launcher.sh",
            "src/main/java/sample/Web.java",
            "src/main/resources/version.txt",
            "src/test/java/sample/WebTest.java");

    /** Whoever runs the demo has no name in git; the commits are the demo's. */
    private static final Map<String, String> AUTHOR = Map.of(
            "GIT_AUTHOR_NAME", "Hana Kim",
            "GIT_AUTHOR_EMAIL", "hana@example.com",
            "GIT_COMMITTER_NAME", "Hana Kim",
            "GIT_COMMITTER_EMAIL", "hana@example.com",
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_CONFIG_NOSYSTEM", "1");

    private final Path work;

    /** Makes a bare repository {@code name} in {@code served} and a clone of it in {@code work}, with a first commit. */
    public SampleRepository(Path served, String name, Path work) throws IOException, InterruptedException {
        this.work = work;
        Files.createDirectories(served);
        Commands.run(served, AUTHOR, "git", "init", "--quiet", "--bare", "--initial-branch=main", name);
        Commands.run(served, AUTHOR, "git", "init", "--quiet", "--initial-branch=main", work.toString());
        git("remote", "add", "origin", served.resolve(name).toString());
        for (String file : FILES) {
            write(file, resource(file));
        }
        if (!work.resolve("bin/launcher.sh").toFile().setExecutable(true)) {
            throw new IOException("Cannot make bin/launcher.sh executable");
        }
        commit("A web application that says its version");
    }

    /** Commits a new version, pushes it, and returns the revision. */
    public String release(String version) throws IOException, InterruptedException {
        write("src/main/resources/version.txt", version + "\n");
        return commit("Version " + version);
    }

    private String commit(String message) throws IOException, InterruptedException {
        git("add", "--all");
        git("commit", "--quiet", "--message", message);
        git("push", "--quiet", "origin", "main");
        return git("rev-parse", "HEAD").strip();
    }

    private void write(String file, String text) throws IOException {
        Path path = work.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        String[] words = new String[arguments.length + 1];
        words[0] = "git";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        return Commands.run(work, AUTHOR, words);
    }

    private static String resource(String file) throws IOException {
        try (InputStream in = SampleRepository.class.getResourceAsStream("/sample/" + file)) {
            if (in == null) {
                throw new IOException("The demo lacks its file " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

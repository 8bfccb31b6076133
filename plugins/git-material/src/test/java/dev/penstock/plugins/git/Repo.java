package dev.penstock.plugins.git;

import dev.penstock.plugin.option.OptionValues;
import dev.penstock.testkit.MaterialTypeContract;
import dev.penstock.testkit.TestValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A bare repository and a working copy that commits into it, made by the real git. */
final class Repo implements MaterialTypeContract.Source {
    private final Path bare;
    private final Path work;

    private Repo(Path bare, Path work) {
        this.bare = bare;
        this.work = work;
    }

    /** A repository with the file first.txt on branch main. */
    static Repo in(Path folder) throws Exception {
        return named(folder, "app");
    }

    static Repo named(Path folder, String name) throws Exception {
        Path root = Files.createDirectories(folder).toRealPath();
        var repo = new Repo(root.resolve(name + ".git"), root.resolve(name + "-work"));
        run(root, "git", "init", "-q", "--bare", "-b", "main", repo.bare.toString());
        run(root, "git", "init", "-q", "-b", "main", repo.work.toString());
        repo.git("remote", "add", "origin", repo.bare.toString());
        repo.change("first.txt", "1");
        return repo;
    }

    Path bare() {
        return bare;
    }

    /** The folder that holds the bare repository. */
    Path root() {
        return bare.resolveSibling(".").normalize();
    }

    Path work() {
        return work;
    }

    @Override
    public OptionValues values() {
        return values(bare.toString());
    }

    static TestValues values(String url) {
        return TestValues.of(new GitMaterial().options()).with("url", url).with("branch", "main");
    }

    @Override
    public List<Path> localFolders() {
        return List.of(root());
    }

    @Override
    public String change(String file, String content) throws Exception {
        Path path = work.resolve(file);
        Files.createDirectories(path.resolve("..").normalize());
        Files.writeString(path, content);
        return commit("change " + file);
    }

    @Override
    public String delete(String file) throws Exception {
        Files.delete(work.resolve(file));
        return commit("delete " + file);
    }

    /** Commits all that is in the working copy, and pushes. */
    String commit(String message) throws Exception {
        git("add", "-A");
        git("commit", "-q", "--allow-empty", "-m", message);
        git("push", "-q", "-f", "origin", "HEAD");
        return head();
    }

    String head() throws Exception {
        return git("rev-parse", "HEAD").strip();
    }

    /** Runs git in the working copy. */
    String git(String... words) throws Exception {
        var command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(words));
        return run(work, command.toArray(String[]::new));
    }

    /** Runs a program away from the machine's own git settings. */
    static String run(Path folder, String... command) throws Exception {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_AUTHOR_NAME", "Alma");
        builder.environment().put("GIT_AUTHOR_EMAIL", "alma@example");
        builder.environment().put("GIT_COMMITTER_NAME", "Alma");
        builder.environment().put("GIT_COMMITTER_EMAIL", "alma@example");
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
        return said;
    }
}

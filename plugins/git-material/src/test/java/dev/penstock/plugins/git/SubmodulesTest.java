package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.testkit.LocalMaterial;
import dev.penstock.testkit.TestValues;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SubmodulesTest {
    private final GitMaterial git = new GitMaterial();

    @TempDir
    Path folder;

    private Repo app;
    private Repo lib;
    private GitHttp server;
    private LocalMaterial context;
    private Path work;

    @BeforeEach
    void serve() throws Exception {
        app = Repo.in(folder.resolve("source"));
        lib = Repo.named(folder.resolve("source"), "lib");
        server = GitHttp.closed(app.root());
        context = LocalMaterial.in(Files.createDirectories(folder.resolve("agent")));
        work = context.directory();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestValues values() {
        return Repo.values(server.url("app.git")).with("username", GitHttp.USER).with("password", GitHttp.PASSWORD);
    }

    /** Commits a submodule, its commit being the newest of {@code lib}. */
    private static String add(Repo to, String path, String url, String commit) throws Exception {
        Path modules = to.work().resolve(".gitmodules");
        String before = Files.exists(modules) ? Files.readString(modules) : "";
        Files.writeString(
                modules, before + "[submodule \"" + path + "\"]\n\tpath = " + path + "\n\turl = " + url + "\n");
        to.git("add", ".gitmodules");
        to.git("update-index", "--add", "--cacheinfo", "160000," + commit + "," + path);
        to.git("commit", "-q", "-m", "submodule " + path);
        to.git("push", "-q", "-f", "origin", "HEAD");
        return to.head();
    }

    @Test
    void submoduleBesideItsParentIsCheckedOutWithTheSamePassword() throws Exception {
        String revision = add(app, "libs/one", "../lib.git", lib.change("lib.txt", "1"));

        git.checkout(context, values(), revision);

        assertThat(work.resolve("libs/one/lib.txt")).hasContent("1");
        assertThat(Repo.run(work, "git", "status", "--porcelain")).isEmpty();
    }

    @Test
    void submoduleFollowsTheParentsCommitAndIsCleanedWithIt() throws Exception {
        String one = add(app, "lib", "../lib.git", lib.change("lib.txt", "1"));
        git.checkout(context, values(), one);
        Files.writeString(work.resolve("lib/left.txt"), "left");
        app.git("update-index", "--cacheinfo", "160000," + lib.change("lib.txt", "2") + ",lib");
        app.git("commit", "-q", "-m", "newer");
        app.git("push", "-q", "origin", "HEAD");

        git.checkout(context, values(), app.head());

        assertThat(work.resolve("lib/lib.txt")).hasContent("2");
        assertThat(work.resolve("lib/left.txt")).doesNotExist();

        app.git("rm", "-q", "--cached", "lib", ".gitmodules");
        app.git("commit", "-q", "-m", "without");
        app.git("push", "-q", "origin", "HEAD");
        git.checkout(context, values(), app.head());

        assertThat(work.resolve("lib")).doesNotExist();
    }

    @Test
    void howDeepIsAChoice() throws Exception {
        Repo deep = Repo.named(folder.resolve("source"), "deep");
        String nested = add(lib, "deep", "../deep.git", deep.head());
        String revision = add(app, "lib", "../lib.git", nested);

        git.checkout(context, values().with("submodules", "none"), revision);
        assertThat(work.resolve("lib/first.txt")).doesNotExist();

        git.checkout(context, values(), revision);
        assertThat(work.resolve("lib/first.txt")).exists();
        assertThat(work.resolve("lib/deep/first.txt")).doesNotExist();

        git.checkout(context, values().with("submodules", "recursive"), revision);
        assertThat(work.resolve("lib/deep/first.txt")).exists();

        git.checkout(context, values().with("submodules", "none"), revision);
        assertThat(work.resolve("lib/first.txt")).doesNotExist();
    }

    @Test
    void submoduleOnAnotherServerDoesNotGetThePassword() throws Exception {
        try (GitHttp thief = GitHttp.closed(app.root())) {
            String revision = add(app, "lib", thief.url("lib.git"), lib.head());

            assertThatThrownBy(() -> git.checkout(context, values(), revision))
                    .isInstanceOfSatisfying(MaterialException.class, e -> {
                        assertThat(e.kind()).isEqualTo(Kind.AUTHENTICATION);
                        assertThat(e).hasMessageContaining("Submodule \"lib\"");
                    });
            assertThat(thief.requests()).isNotEmpty();
            assertThat(thief.credentials()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ext::sh -c touch% marker",
                "--upload-pack=touch marker",
                "file:///etc",
                "/etc",
                "git://127.0.0.1/x",
                "ssh://-oProxyCommand=touch/x",
                "../../../../../../x",
            })
    void urlsOfSubmodulesPassTheSameChecks(String url) throws Exception {
        String revision = add(app, "lib", url, lib.head());

        assertThatThrownBy(() -> git.checkout(context, values(), revision))
                .isInstanceOfSatisfying(MaterialException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.REFUSED);
                    assertThat(e).hasMessageContaining("Submodule \"lib\"");
                });
        assertThat(folder.resolve("marker")).doesNotExist();
    }

    @Test
    void listOfSubmodulesThatIsALinkIsNotRead() throws Exception {
        Path modules =
                Files.writeString(folder.resolve("modules"), "[submodule \"lib\"]\n\tpath = lib\n\turl = ext::x\n");
        Path link = Files.writeString(folder.resolve("link"), modules.toString());
        String blob = app.git("hash-object", "-w", link.toString()).strip();
        Path entries = Files.writeString(
                folder.resolve("entries"),
                "120000 blob " + blob + "\t.gitmodules\n160000 commit " + lib.head() + "\tlib\n");
        String tree = Repo.run(app.work(), "sh", "-c", "git mktree < '" + entries + "'")
                .strip();
        String revision = app.git("commit-tree", tree, "-m", "link").strip();
        app.git("push", "-q", "-f", "origin", revision + ":refs/heads/main");

        git.checkout(context, values(), revision);

        assertThat(work.resolve("lib")).isEmptyDirectory();
    }

    @Test
    void commandsInTheListOfSubmodulesDoNotRun() throws Exception {
        Path marker = folder.resolve("marker");
        add(app, "lib", "../lib.git", lib.head());
        Files.writeString(
                app.work().resolve(".gitmodules"),
                Files.readString(app.work().resolve(".gitmodules")) + "\tupdate = !touch " + marker + "\n");
        app.git("add", ".gitmodules");
        app.git("commit", "-q", "-m", "evil");
        app.git("push", "-q", "origin", "HEAD");

        git.checkout(context, values(), app.head());

        assertThat(work.resolve("lib/first.txt")).exists();
        assertThat(marker).doesNotExist();
    }

    @Test
    void shallowCheckoutTakesShallowSubmodules() throws Exception {
        for (int i = 0; i < 5; i++) {
            lib.change("lib.txt", "" + i);
        }
        String revision = add(app, "lib", "../lib.git", lib.head());

        git.checkout(context, values().with("shallow_clone", true), revision);

        assertThat(work.resolve("lib/lib.txt")).hasContent("4");
        assertThat(Repo.run(work.resolve("lib"), "git", "rev-list", "--count", "HEAD")
                        .strip())
                .isEqualTo("2");
    }
}

package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.testkit.LocalMaterial;
import dev.penstock.testkit.TestValues;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CheckoutTest {
    private final GitMaterial git = new GitMaterial();

    @TempDir
    Path folder;

    private Repo repo;
    private GitHttp server;
    private LocalMaterial context;
    private Path work;

    @BeforeEach
    void serve() throws Exception {
        repo = Repo.in(folder.resolve("source"));
        server = GitHttp.open(repo.root());
        context = LocalMaterial.in(Files.createDirectories(folder.resolve("agent")));
        work = context.directory();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestValues values() {
        return Repo.values(server.url("app.git"));
    }

    private void checkout(String revision) throws Exception {
        git.checkout(context, values(), revision);
    }

    private String inWork(String... command) throws Exception {
        return Repo.run(work, command).strip();
    }

    @Test
    void realGitAgreesThatNothingDiffers() throws Exception {
        Files.createDirectories(repo.work().resolve("a/b"));
        Files.writeString(repo.work().resolve("a/b/run.sh"), "#!/bin/sh\n");
        repo.work().resolve("a/b/run.sh").toFile().setExecutable(true);
        Files.createSymbolicLink(repo.work().resolve("link"), Path.of("a/b/run.sh"));
        Files.writeString(repo.work().resolve(".gitattributes"), "*.txt text eol=crlf\n");
        Files.writeString(repo.work().resolve("lines.txt"), "one\ntwo\n");
        String revision = repo.commit("all kinds");

        checkout(revision);

        assertThat(inWork("git", "status", "--porcelain")).isEmpty();
        assertThat(inWork("git", "rev-parse", "HEAD")).isEqualTo(revision);
        assertThat(inWork("git", "rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("main");
        assertThat(work.resolve("a/b/run.sh")).isExecutable();
        assertThat(work.resolve("link")).isSymbolicLink();
        assertThat(work.resolve("lines.txt")).hasContent("one\r\ntwo\r\n");
        assertThat(inWork("git", "fsck", "--strict")).doesNotContain("error");
    }

    @Test
    void secondCheckoutFetchesJustWhatIsNew() throws Exception {
        byte[] noise = new byte[300_000];
        new Random(7).nextBytes(noise);
        Files.write(repo.work().resolve("noise.bin"), noise);
        checkout(repo.commit("noise"));
        String next = repo.change("second.txt", "2");

        git.checkout(context.atMost(20_000), values(), next);

        assertThat(work.resolve("second.txt")).hasContent("2");
        assertThat(work.resolve("noise.bin")).hasSize(300_000);
    }

    @Test
    void commitThatIsThereAlreadyNeedsNoServer() throws Exception {
        String before = repo.head();
        checkout(repo.change("second.txt", "2"));
        int asked = server.requests().size();

        checkout(before);

        assertThat(server.requests()).hasSize(asked);
        assertThat(work.resolve("second.txt")).doesNotExist();
    }

    @Test
    void whatAJobChangedIsBroughtBack() throws Exception {
        repo.change("dir/file.txt", "good");
        String revision = repo.change("other.txt", "good");
        checkout(revision);
        Files.writeString(work.resolve("first.txt"), "changed");
        Files.delete(work.resolve("other.txt"));
        Files.createDirectories(work.resolve("other.txt/now/a/folder"));
        inWork("rm", "-r", "dir");
        Files.writeString(work.resolve("dir"), "now a file");
        inWork("git", "add", "-A");
        Files.writeString(work.resolve("build.log"), "left");

        checkout(revision);

        assertThat(inWork("git", "status", "--porcelain", "--ignored")).isEmpty();
        assertThat(work.resolve("first.txt")).hasContent("1");
        assertThat(work.resolve("dir/file.txt")).hasContent("good");
    }

    @Test
    void ignoredFilesGoTooUnlessTheyAreToBeKept() throws Exception {
        repo.change(".gitignore", "target/\n");
        String revision = repo.change("pom.xml", "<project/>");
        checkout(revision);
        Files.createDirectories(work.resolve("target/classes"));
        Files.writeString(work.resolve("target/classes/A.class"), "x");
        Files.writeString(work.resolve("pom.xml"), "changed");

        git.checkout(context, values().with("keep_untracked", true), revision);

        assertThat(work.resolve("target/classes/A.class")).exists();
        assertThat(work.resolve("pom.xml")).hasContent("<project/>");

        checkout(revision);

        assertThat(work.resolve("target")).doesNotExist();
    }

    @Test
    void foldersThatAToolMadeReadOnlyGoToo() throws Exception {
        String revision = repo.head();
        checkout(revision);
        Files.createDirectories(work.resolve("cache/module"));
        Files.writeString(work.resolve("cache/module/file"), "x");
        inWork("chmod", "-R", "a-w", "cache");

        checkout(revision);

        assertThat(work.resolve("cache")).doesNotExist();
    }

    /** Files must not be written through a link that a job left where a folder belongs. */
    @Test
    void linkThatStandsInForAFolderIsNotFollowed() throws Exception {
        String revision = repo.change("dir/file.txt", "from git");
        checkout(revision);
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("precious.txt"), "precious");
        for (boolean keep : new boolean[] {false, true}) {
            inWork("rm", "-r", "dir");
            Files.createSymbolicLink(work.resolve("dir"), outside);

            git.checkout(context, values().with("keep_untracked", keep), revision);

            assertThat(work.resolve("dir")).isDirectory();
            assertThat(Files.isSymbolicLink(work.resolve("dir"))).isFalse();
            assertThat(work.resolve("dir/file.txt")).hasContent("from git");
            assertThat(outside).isDirectoryNotContaining("glob:**/file.txt");
            assertThat(outside.resolve("precious.txt")).hasContent("precious");
        }
    }

    @Test
    void repositoryElsewhereBehindADotGitFileIsNotTouched() throws Exception {
        Path elsewhere = folder.resolve("elsewhere");
        Repo.run(folder, "git", "init", "-q", elsewhere.toString());
        Files.writeString(work.resolve(".git"), "gitdir: " + elsewhere.resolve(".git") + "\n");
        String config = Files.readString(elsewhere.resolve(".git/config"));

        checkout(repo.head());

        assertThat(work.resolve(".git")).isDirectory();
        assertThat(elsewhere.resolve(".git/config")).hasContent(config);
        assertThat(work.resolve("first.txt")).exists();
    }

    /** What a job writes into the clone's settings is not obeyed by the next checkout. */
    @Test
    void filtersAndHooksThatAJobInstalledDoNotRun() throws Exception {
        Path marker = folder.resolve("marker");
        repo.change(".gitattributes", "*.txt filter=evil\n");
        String one = repo.head();
        checkout(one);
        inWork("git", "config", "filter.evil.smudge", "touch " + marker + "; cat");
        inWork("git", "config", "filter.evil.process", "touch " + marker);
        inWork("git", "config", "core.fsmonitor", "touch " + marker);
        inWork("git", "config", "core.hooksPath", folder.toString());
        for (Path hook : List.of(work.resolve(".git/hooks/post-checkout"), folder.resolve("post-checkout"))) {
            Files.createDirectories(work.resolve(".git/hooks"));
            Files.writeString(hook, "#!/bin/sh\ntouch " + marker + "\n");
            hook.toFile().setExecutable(true);
        }
        String two = repo.change("second.txt", "2");

        checkout(two);

        assertThat(marker).doesNotExist();
        assertThat(work.resolve("second.txt")).hasContent("2");
        assertThat(work.resolve(".git/config")).content().doesNotContain("evil");
    }

    @Test
    void locksOfAKilledAgentDoNotStopTheNextCheckout() throws Exception {
        checkout(repo.head());
        Files.createFile(work.resolve(".git/index.lock"));
        Files.createFile(work.resolve(".git/HEAD.lock"));
        Files.createFile(work.resolve(".git/refs/heads/main.lock"));
        Files.write(work.resolve(".git/objects/incoming_1234.pack"), new byte[100]);

        checkout(repo.change("second.txt", "2"));

        assertThat(work.resolve("second.txt")).exists();
        assertThat(work.resolve(".git/objects/incoming_1234.pack")).doesNotExist();
    }

    @Test
    void damagedCloneIsMadeAnew() throws Exception {
        checkout(repo.change("second.txt", "2"));
        try (Stream<Path> packs = Files.list(work.resolve(".git/objects/pack"))) {
            for (Path pack : packs.toList()) {
                pack.toFile().setWritable(true);
                Files.write(pack, new byte[50]);
            }
        }

        checkout(repo.change("third.txt", "3"));

        assertThat(work.resolve("third.txt")).exists();
        assertThat(inWork("git", "status", "--porcelain")).isEmpty();
    }

    @Test
    void damagedIndexIsMadeAnew() throws Exception {
        String revision = repo.change("second.txt", "2");
        checkout(revision);
        Files.write(work.resolve(".git/index"), new byte[50]);

        checkout(revision);

        assertThat(inWork("git", "status", "--porcelain")).isEmpty();
    }

    @Test
    void cloneOfAnotherRepositoryIsReplaced() throws Exception {
        checkout(repo.change("second.txt", "2"));
        Repo other = Repo.named(folder.resolve("source"), "other");
        String revision = other.change("other.txt", "o");

        git.checkout(context, Repo.values(server.url("other.git")), revision);

        assertThat(work.resolve("second.txt")).doesNotExist();
        assertThat(work.resolve("other.txt")).exists();
        assertThat(inWork("git", "config", "remote.origin.url")).isEqualTo(server.url("other.git"));
    }

    @Test
    void credentialsAreNeitherInTheCloneNorOnTheConsole() throws Exception {
        try (GitHttp closed = GitHttp.closed(repo.root())) {
            TestValues values = Repo.values(closed.url("app.git").replace("http://", "http://alma:open%20sesame@"));

            git.checkout(context, values, repo.head());

            String said = context.recorded().text();
            try (Stream<Path> files = Files.walk(work.resolve(".git"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                            .doesNotContain("sesame", "alma:");
                }
            }
            assertThat(said).contains(closed.url("app.git")).doesNotContain("sesame");
        }
    }

    @Test
    void shallowCloneHoldsTheNewestCommitsOnly() throws Exception {
        for (int i = 0; i < 5; i++) {
            repo.change("count.txt", "" + i);
        }
        TestValues shallow = values().with("shallow_clone", true);

        git.checkout(context, shallow, repo.head());

        assertThat(inWork("git", "rev-list", "--count", "HEAD")).isEqualTo("2");
        assertThat(inWork("git", "status", "--porcelain")).isEmpty();

        String next = repo.change("count.txt", "next");
        git.checkout(context, shallow, next);

        assertThat(work.resolve("count.txt")).hasContent("next");
    }

    @Test
    void shallowCloneGoesDeeperForAnOldCommit() throws Exception {
        // This server gives nothing but branches.
        repo.git("-C", repo.bare().toString(), "config", "protocol.version", "0");
        String old = repo.change("count.txt", "old");
        for (int i = 0; i < 5; i++) {
            repo.change("count.txt", "" + i);
        }

        git.checkout(context, values().with("shallow_clone", true), old);

        assertThat(work.resolve("count.txt")).hasContent("old");
    }

    @Test
    void shallowCloneBecomesWholeWhenTheSettingIsTakenBack() throws Exception {
        for (int i = 0; i < 5; i++) {
            repo.change("count.txt", "" + i);
        }
        git.checkout(context, values().with("shallow_clone", true), repo.head());

        checkout(repo.head());

        assertThat(inWork("git", "rev-list", "--count", "HEAD")).isEqualTo("6");
        assertThat(work.resolve(".git/shallow")).doesNotExist();
    }

    @Test
    void tagsAreThereForBuildsThatNameVersionsByThem() throws Exception {
        repo.git("tag", "-a", "v1.2", "-m", "v1.2");
        repo.git("push", "-q", "origin", "v1.2");

        checkout(repo.head());

        assertThat(inWork("git", "describe")).isEqualTo("v1.2");
    }

    @Test
    void commitThatWasForcedAwayIsStillFoundWhereTheServerHasIt() throws Exception {
        String base = repo.head();
        String gone = repo.change("second.txt", "2");
        repo.git("reset", "-q", "--hard", base);
        repo.change("third.txt", "3");

        checkout(gone);

        assertThat(work.resolve("second.txt")).exists();
    }

    @Test
    void textThatIsNoCommitIdIsRefused() {
        for (String text :
                new String[] {"main", "HEAD", "--upload-pack=x", "abc", "", "0123456789ABCDEF0123456789ABCDEF01234567"
                }) {
            assertThatThrownBy(() -> checkout(text))
                    .isInstanceOfSatisfying(
                            MaterialException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REVISION_NOT_FOUND));
        }
    }

    @Test
    void cancelEndsACheckoutFromASilentServerAtOnce() throws Exception {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            TestValues values = Repo.values("http://127.0.0.1:" + silent.getLocalPort() + "/app.git");
            LocalMaterial patient = context.waiting(Duration.ofMinutes(5));
            var task = new FutureTask<>(() -> {
                git.checkout(patient, values, "0123456789abcdef0123456789abcdef01234567");
                return true;
            });
            Thread thread = Thread.ofVirtual().start(task);
            silent.accept();

            thread.interrupt();

            assertThatThrownBy(() -> task.get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void manyFetchesAreTidiedUp() throws Exception {
        checkout(repo.head());
        inWork(
                "sh",
                "-c",
                "for i in $(seq 60); do echo $i | git hash-object -w --stdin"
                        + " | git pack-objects -q .git/objects/pack/pack; done");

        checkout(repo.change("second.txt", "2"));

        try (Stream<Path> packs = Files.list(work.resolve(".git/objects/pack"))) {
            assertThat(packs.filter(pack -> pack.toString().endsWith(".pack"))).hasSize(1);
        }
        assertThat(inWork("git", "fsck")).doesNotContain("missing");
        assertThat(inWork("git", "rev-list", "--count", "HEAD")).isEqualTo("2");
    }

    @Test
    void caseOfALinkNamedLikeGitIsRefused() throws Exception {
        String blob = repo.git("hash-object", "-w", "first.txt").strip();
        Path index = Files.writeString(folder.resolve("tree"), "100644 blob " + blob + "\t.GIT\n");
        String tree = Repo.run(repo.work(), "sh", "-c", "git mktree < '" + index + "'")
                .strip();
        String commit = repo.git("commit-tree", tree, "-m", "evil").strip();
        repo.git("push", "-q", "-f", "origin", commit + ":refs/heads/main");

        assertThatThrownBy(() -> checkout(commit)).isInstanceOf(MaterialException.class);
        assertThat(Files.exists(work.resolve(".GIT"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }
}

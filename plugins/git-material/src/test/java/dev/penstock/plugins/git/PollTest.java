package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.material.Revision;
import dev.penstock.plugin.option.OptionValues;
import dev.penstock.testkit.LocalMaterial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollTest {
    private final GitMaterial git = new GitMaterial();

    @TempDir
    Path folder;

    private Repo repo;
    private GitHttp server;
    private LocalMaterial context;

    @BeforeEach
    void serve() throws Exception {
        repo = Repo.in(folder.resolve("source"));
        server = GitHttp.open(repo.root());
        context = LocalMaterial.in(Files.createDirectories(folder.resolve("server")))
                .allowing(repo.root());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private OptionValues values(String how) {
        return how.equals("http") ? Repo.values(server.url("app.git")) : repo.values();
    }

    private PollResult poll(String how, String lastKnown) throws Exception {
        return git.poll(context, values(how), Optional.of(lastKnown));
    }

    private static List<Revision> changed(PollResult result) {
        assertThat(result).isInstanceOf(PollResult.Changed.class);
        return ((PollResult.Changed) result).revisions();
    }

    @Test
    void unchangedRepositoryCostsOneListOfRefs() throws Exception {
        PollResult result = poll("http", repo.head());

        assertThat(result).isEqualTo(new PollResult.Unchanged());
        assertThat(server.requests())
                .containsExactly("GET /app.git/info/refs?service=git-upload-pack", "POST /app.git/git-upload-pack");
        assertThat(context.cacheDirectory()).isEmptyDirectory();
    }

    @Test
    void unchangedFolderStartsNoProcessAndWritesNothing() throws Exception {
        String head = repo.head();
        List<String> before = tree(repo.bare());
        try (var recording = new Recording()) {
            recording.enable("jdk.ProcessStart");
            recording.start();

            assertThat(poll("local", head)).isEqualTo(new PollResult.Unchanged());

            recording.stop();
            Path events = folder.resolve("events.jfr");
            recording.dump(events);
            assertThat(RecordingFile.readAllEvents(events)).isEmpty();
        }
        assertThat(tree(repo.bare())).isEqualTo(before);
        assertThat(context.cacheDirectory()).isEmptyDirectory();
    }

    private static List<String> tree(Path root) throws Exception {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "local"})
    void tellsAuthorTimeCommentAndFiles(String how) throws Exception {
        String known = repo.head();
        Files.createDirectories(repo.work().resolve("src"));
        Files.writeString(repo.work().resolve("src/한글.txt"), "x");
        repo.git("add", "-A");
        repo.git(
                "-c",
                "user.name=x",
                "commit",
                "-q",
                "--author=Bruno <bruno@example>",
                "--date=2026-01-02T03:04:05+0900",
                "-m",
                "First line\n\nAnd a body");
        repo.git("push", "-q", "origin", "HEAD");

        List<Revision> revisions = changed(poll(how, known));

        assertThat(revisions)
                .containsExactly(new Revision(
                        repo.head(),
                        "Bruno <bruno@example>",
                        Instant.parse("2026-01-01T18:04:05Z"),
                        "First line\n\nAnd a body",
                        List.of(new Revision.ChangedFile("src/한글.txt", Revision.Action.ADDED))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "local"})
    void mergeOfAnOldBranchBringsJustItsCommitsAndListsTheirFiles(String how) throws Exception {
        repo.git("branch", "old");
        String known = repo.change("second.txt", "2");
        repo.git("checkout", "-q", "old");
        Files.writeString(repo.work().resolve("feature.txt"), "f");
        repo.git("add", "-A");
        repo.git("commit", "-q", "-m", "feature");
        String feature = repo.head();
        repo.git("checkout", "-q", "main");
        repo.git("merge", "-q", "--no-ff", "-m", "merged", "old");
        repo.git("push", "-q", "origin", "main");

        List<Revision> revisions = changed(poll(how, known));

        assertThat(revisions).extracting(Revision::id).containsExactly(feature, repo.head());
        assertThat(revisions.getLast().files())
                .containsExactly(new Revision.ChangedFile("feature.txt", Revision.Action.ADDED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "local"})
    void forcePushIsToldWithWhatCameAfterTheCommonCommit(String how) throws Exception {
        String base = repo.change("second.txt", "2");
        String gone = repo.change("third.txt", "3");
        poll(how, base);
        repo.git("reset", "-q", "--hard", base);
        String one = repo.change("other.txt", "o");
        String two = repo.change("other.txt", "p");

        PollResult result = poll(how, gone);

        assertThat(result).isInstanceOf(PollResult.Rewritten.class);
        var rewritten = (PollResult.Rewritten) result;
        assertThat(rewritten.revisions()).extracting(Revision::id).containsExactly(one, two);
        assertThat(rewritten.explanation())
                .contains("was rewritten", gone.substring(0, 7), two.substring(0, 7), base.substring(0, 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "local"})
    void branchThatWasSetBackIsToldOnceWithItsTip(String how) throws Exception {
        String base = repo.change("second.txt", "2");
        String gone = repo.change("third.txt", "3");
        poll(how, base);
        repo.git("reset", "-q", "--hard", base);
        repo.git("push", "-q", "-f", "origin", "HEAD");

        PollResult result = poll(how, gone);

        assertThat(result).isInstanceOf(PollResult.Rewritten.class);
        assertThat(((PollResult.Rewritten) result).revisions())
                .extracting(Revision::id)
                .containsExactly(base);
        assertThat(poll(how, base)).isEqualTo(new PollResult.Unchanged());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "local"})
    void commitThatNobodyHasAnyMoreCountsAsRewritten(String how) throws Exception {
        String never = "0123456789abcdef0123456789abcdef01234567";

        PollResult result = poll(how, never);

        assertThat(result).isInstanceOf(PollResult.Rewritten.class);
        assertThat(((PollResult.Rewritten) result).revisions())
                .extracting(Revision::id)
                .containsExactly(repo.head());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "local"})
    void deletedBranchIsTold(String how) throws Exception {
        String known = repo.head();
        repo.git("push", "-q", "origin", "HEAD:other");
        repo.git("-C", repo.bare().toString(), "symbolic-ref", "HEAD", "refs/heads/other");
        repo.git("push", "-q", "origin", ":main");

        assertThatThrownBy(() -> poll(how, known)).isInstanceOfSatisfying(MaterialException.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.BRANCH_NOT_FOUND);
            assertThat(e).hasMessageContaining("was deleted").hasMessageContaining(known.substring(0, 7));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "local"})
    void mistypedBranchIsToldWithThoseThatThereAre(String how) throws Exception {
        repo.git("push", "-q", "origin", "HEAD:release");
        var values = Repo.values(
                        how.equals("http") ? server.url("app.git") : repo.bare().toString())
                .with("branch", "maim");

        assertThatThrownBy(() -> git.check(context, values)).isInstanceOfSatisfying(MaterialException.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.BRANCH_NOT_FOUND);
            assertThat(e).hasMessageContaining("\"maim\"").hasMessageContaining("main, release");
        });
    }

    @Test
    void refspecIsFollowed() throws Exception {
        repo.git("push", "-q", "origin", "HEAD:refs/pull/7/head");
        var values = Repo.values(server.url("app.git")).with("branch", "refs/pull/7/head:pull-7");

        List<Revision> revisions = changed(git.poll(context, values, Optional.empty()));

        assertThat(revisions).extracting(Revision::id).containsExactly(repo.head());
    }

    @Test
    void mirrorHoldsNoContentsWhereTheServerCanLeaveThemOut() throws Exception {
        repo.git("-C", repo.bare().toString(), "config", "uploadpack.allowFilter", "true");
        String known = repo.head();
        String one = repo.change("second.txt", "2");
        poll("http", known);
        String two = repo.change("third.txt", "3");

        List<Revision> revisions = changed(poll("http", one));

        assertThat(revisions).extracting(Revision::id).containsExactly(two);
        String blob = repo.git("rev-parse", "HEAD:second.txt").strip();
        try (Repository mirror = new FileRepositoryBuilder()
                .setGitDir(context.cacheDirectory().resolve("mirror.git").toFile())
                .build()) {
            assertThat(mirror.getObjectDatabase().has(ObjectId.fromString(two))).isTrue();
            assertThat(mirror.getObjectDatabase().has(ObjectId.fromString(blob)))
                    .isFalse();
        }
    }

    @Test
    void damagedMirrorIsMadeAnew() throws Exception {
        String known = repo.head();
        String one = repo.change("second.txt", "2");
        poll("http", known);
        try (Stream<Path> packs = Files.list(context.cacheDirectory().resolve("mirror.git/objects/pack"))) {
            for (Path pack : packs.toList()) {
                Files.write(pack, new byte[10]);
            }
        }
        String two = repo.change("third.txt", "3");

        List<Revision> revisions = changed(poll("http", one));

        assertThat(revisions).extracting(Revision::id).containsExactly(two);
    }

    @Test
    void locksOfAKilledServerDoNotStopPolling() throws Exception {
        String known = repo.head();
        String one = repo.change("second.txt", "2");
        poll("http", known);
        Path mirror = context.cacheDirectory().resolve("mirror.git");
        Files.createFile(mirror.resolve("config.lock"));
        Files.createDirectories(mirror.resolve("refs/penstock"));
        Files.createFile(mirror.resolve("refs/penstock/tip.lock"));
        String two = repo.change("third.txt", "3");

        assertThat(changed(poll("http", one))).extracting(Revision::id).containsExactly(two);
    }

    @Test
    void moreThanTheLimitIsRefused() throws Exception {
        byte[] noise = new byte[400_000];
        new Random(7).nextBytes(noise);
        Files.write(repo.work().resolve("noise.bin"), noise);
        String known = repo.head();
        repo.commit("noise");

        assertThatThrownBy(() -> git.poll(context.atMost(100_000), values("http"), Optional.of(known)))
                .isInstanceOfSatisfying(MaterialException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.REFUSED);
                    assertThat(e).hasMessageContaining("materials.fetch-limit-mebibytes");
                });
    }

    @Test
    void ofVeryManyCommitsTheNewestThousandAreTold() throws Exception {
        String known = repo.head();
        var stream = new StringBuilder();
        for (int i = 0; i < 1_100; i++) {
            stream.append("commit refs/heads/main\ncommitter Alma <alma@example> ")
                    .append(1_800_000_000L + i)
                    .append(" +0000\ndata 1\nx\n");
            stream.append(i == 0 ? "from refs/heads/main^0\n" : "").append('\n');
        }
        Path input = Files.writeString(folder.resolve("stream"), stream);
        Repo.run(repo.bare(), "sh", "-c", "git fast-import --quiet < '" + input + "'");

        List<Revision> revisions = changed(poll("local", known));

        assertThat(revisions).hasSize(1_000);
        assertThat(revisions.getLast().id())
                .isEqualTo(repo.git("ls-remote", "origin", "refs/heads/main").substring(0, 40));
    }

    @Test
    void folderThatIsNotListedIsRefusedBeforeItIsLookedAt() throws Exception {
        LocalMaterial strict = context.allowing(folder.resolve("elsewhere"));
        var missing = Repo.values("/there/is/no/such.git");

        for (OptionValues values : List.of(repo.values(), missing)) {
            assertThatThrownBy(() -> git.check(strict, values)).isInstanceOfSatisfying(MaterialException.class, e -> {
                assertThat(e.kind()).isEqualTo(Kind.REFUSED);
                assertThat(e).hasMessageContaining("materials.local-folders");
            });
        }
    }

    @Test
    void linkThatLeadsOutOfAListedFolderIsRefused() throws Exception {
        Path allowed = Files.createDirectories(folder.toRealPath().resolve("allowed"));
        Path link = Files.createSymbolicLink(allowed.resolve("app.git"), repo.bare());

        assertThatThrownBy(() -> git.check(context.allowing(allowed), Repo.values(link.toString())))
                .isInstanceOfSatisfying(
                        MaterialException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED));
    }

    @Test
    void bundleAndOtherFilesInAListedFolderAreNoRepositories() throws Exception {
        Path bundle = repo.bare().resolveSibling("app.bundle");
        repo.git("bundle", "create", "-q", bundle.toString(), "main");

        assertThatThrownBy(() -> git.check(context, Repo.values(bundle.toString())))
                .isInstanceOfSatisfying(
                        MaterialException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    }

    @Test
    void manyUnchangedFoldersArePolledInNoTime() throws Exception {
        String head = repo.head();
        var took = new ArrayList<Long>();
        for (int i = 0; i < 200; i++) {
            long start = System.nanoTime();
            assertThat(poll("local", head)).isEqualTo(new PollResult.Unchanged());
            took.add(System.nanoTime() - start);
        }

        // 0.15 ms on an idle machine; the limit leaves room for a busy one, and none for a process.
        assertThat(took.stream().sorted().toList().get(100)).isLessThan(3_000_000L);
    }
}

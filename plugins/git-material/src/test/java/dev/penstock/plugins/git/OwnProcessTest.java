package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.penstock.plugin.material.MaterialException;
import dev.penstock.plugin.material.MaterialException.Kind;
import dev.penstock.plugin.material.PollResult;
import dev.penstock.plugin.material.Revision;
import dev.penstock.testkit.LocalMaterial;
import dev.penstock.testkit.TestValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is too large for an agent's or a server's memory. */
@Timeout(60)
class OwnProcessTest {
    private final GitMaterial git = new GitMaterial();

    @TempDir
    Path folder;

    private Repo repo;
    private LocalMaterial context;

    @BeforeEach
    void makeALargeRepository() throws Exception {
        repo = Repo.in(folder.resolve("source"));
        byte[] noise = new byte[3 << 20];
        new Random(7).nextBytes(noise);
        Files.write(repo.work().resolve("large.bin"), noise);
        repo.commit("large");
        context = LocalMaterial.in(Files.createDirectories(folder.resolve("agent")))
                .allowing(repo.root());
    }

    @Test
    void largeCheckoutGoesOnInAProcessOfItsOwn() throws Exception {
        try (GitHttp server = GitHttp.closed(repo.root())) {
            TestValues values = Repo.values(server.url("app.git"))
                    .with("username", GitHttp.USER)
                    .with("password", GitHttp.PASSWORD);

            git.checkout(context, values, repo.head());

            assertThat(context.directory().resolve("large.bin")).hasSize(3 << 20);
            assertThat(Repo.run(context.directory(), "git", "status", "--porcelain"))
                    .isEmpty();
            assertThat(context.recorded().text()).contains("is large", "a process of its own");

            String next = repo.change("small.txt", "s");
            int before = context.recorded().lines().size();
            git.checkout(context, values, next);

            assertThat(context.directory().resolve("small.txt")).exists();
            assertThat(context.recorded().lines()).hasSize(before + 1);

            Files.delete(context.directory().resolve("large.bin"));
            git.checkout(context, values, next);

            assertThat(context.directory().resolve("large.bin")).hasSize(3 << 20);
            assertThat(context.recorded().text()).contains("file \"large.bin\" has 3145728 bytes");
        }
    }

    @Test
    void largePollGoesOnInAProcessOfItsOwn() throws Exception {
        String known = repo.git("rev-parse", "HEAD~1").strip();
        try (GitHttp server = GitHttp.open(repo.root())) {
            PollResult result = git.poll(context, Repo.values(server.url("app.git")), Optional.of(known));

            assertThat(((PollResult.Changed) result).revisions())
                    .singleElement()
                    .satisfies(revision -> {
                        assertThat(revision.id()).isEqualTo(repo.head());
                        assertThat(revision.author()).isEqualTo("Alma <alma@example>");
                        assertThat(revision.comment()).isEqualTo("large");
                        assertThat(revision.files())
                                .containsExactly(new Revision.ChangedFile("large.bin", Revision.Action.ADDED));
                    });
        }
    }

    @Test
    void itAsksWhichFoldersMayBeRead() throws Exception {
        git.checkout(context, repo.values(), repo.head());

        assertThat(context.directory().resolve("large.bin")).exists();
        assertThat(context.recorded().text()).contains("a process of its own");
    }

    @Test
    void itsFailuresAreToldAsIfTheyHappenedHere() throws Exception {
        try (GitHttp server = GitHttp.open(repo.root())) {
            String missing = "0123456789abcdef0123456789abcdef01234567";

            assertThatThrownBy(() -> git.checkout(context, Repo.values(server.url("app.git")), missing))
                    .isInstanceOfSatisfying(MaterialException.class, e -> {
                        assertThat(e.kind()).isEqualTo(Kind.REVISION_NOT_FOUND);
                        assertThat(e).hasMessageContaining(missing);
                    });
        }
    }

    @Test
    void cancelEndsItAndNothingOfItShowsThePassword() throws Exception {
        try (var server = new StallingServer(repo.root())) {
            TestValues values = Repo.values(server.url("app.git"))
                    .with("username", GitHttp.USER)
                    .with("password", GitHttp.PASSWORD);
            var task = new FutureTask<>(() -> {
                git.checkout(context, values, repo.head());
                return true;
            });
            Thread thread = Thread.ofVirtual().start(task);
            server.stalled.await();
            List<ProcessHandle> processes = ProcessHandle.current()
                    .children()
                    .filter(p -> p.info().commandLine().orElse("").contains("ChildMain"))
                    .toList();

            assertThat(processes).hasSize(1);
            for (String file : List.of("cmdline", "environ")) {
                Path seen = Path.of("/proc", String.valueOf(processes.getFirst().pid()), file);
                if (Files.isReadable(seen)) {
                    assertThat(new String(Files.readAllBytes(seen), StandardCharsets.UTF_8))
                            .doesNotContain("sesame");
                }
            }

            thread.interrupt();

            assertThatThrownBy(() -> task.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(processes.getFirst().isAlive()).isFalse();
        }
    }

    /** Answers the first attempt, which finds that the repository is large, and not the second. */
    private static final class StallingServer extends GitHttp {
        private final AtomicInteger asked = new AtomicInteger();
        private final CountDownLatch stalled = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        StallingServer(Path root) throws IOException {
            super(root, true);
        }

        @Override
        void answer(HttpExchange exchange) throws IOException {
            if (asked.incrementAndGet() <= 3) {
                super.answer(exchange);
                return;
            }
            stalled.countDown();
            try {
                closed.await();
            } catch (InterruptedException _) {
                // The test has ended.
            }
        }

        @Override
        public void close() {
            closed.countDown();
            super.close();
        }
    }
}

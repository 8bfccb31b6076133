package dev.penstock.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.WithDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class ArtifactsTest {
    @TempDir
    Path folder;

    private final Database database;
    private final Signals signals;
    private final EventStore events;
    private ArtifactFixture on;
    private JobRunId job;

    ArtifactsTest(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.signals = signals;
        this.events = events;
    }

    @BeforeEach
    void open() throws IOException {
        on = new ArtifactFixture(database, signals, events, folder);
        String pipeline = on.pipeline("build");
        on.runs.trigger(pipeline);
        job = on.runs.jobId(pipeline + "/1/build/1/unit");
        on.claim(pipeline + "/1/build/1/unit");
        on.runs.execute("DELETE FROM artifact; DELETE FROM blob");
    }

    @Test
    void publishesWhatWasUploaded() {
        on.publish(job, List.of(on.uploaded(job, "app.jar", "jar"), on.uploaded(job, "site/index.html", "html")));

        assertThat(on.paths(job)).containsExactly("app.jar", "site/index.html");
    }

    @Test
    void theSameBytesAreStoredOnce() throws IOException {
        boolean first = on.upload(job, ArtifactFixture.sha256("same"), "same".getBytes(StandardCharsets.UTF_8));
        boolean second = on.upload(job, ArtifactFixture.sha256("same"), "same".getBytes(StandardCharsets.UTF_8));

        assertThat(first).isTrue();
        assertThat(second).isFalse();
        assertThat(files()).containsExactly(ArtifactFixture.sha256("same"));
    }

    @Test
    void bytesOfAnotherHashAreRefusedAndLeaveNothing() throws IOException {
        assertInvalid(
                () -> on.upload(job, ArtifactFixture.sha256("other"), new byte[] {1, 2, 3}), "were changed on the way");

        assertThat(files()).isEmpty();
    }

    @Test
    void anUploadThatBreaksOffLeavesNothing() throws IOException {
        var broken =
                new java.io.SequenceInputStream(new ByteArrayInputStream(new byte[300_000]), new java.io.InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("connection reset");
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        return read();
                    }
                });

        // An agent sends again what is answered so, and gives up what is called its own mistake.
        assertThatThrownBy(() -> on.blobs.upload(job, ArtifactFixture.sha256("x"), -1, () -> broken))
                .hasMessageContaining("ended early")
                .extracting(thrown -> ((PenstockException) thrown).code().status())
                .isEqualTo(503);
        assertThat(files()).isEmpty();
    }

    @Test
    void limitsTheSizeOfFilesAndJobsAndLeavesRoom() throws IOException {
        byte[] large = new byte[9 << 20];
        byte[] medium = new byte[7 << 20];

        assertThatThrownBy(() -> on.upload(job, ArtifactFixture.sha256(large), large))
                .hasMessageContaining("artifacts.file-max-mebibytes");
        assertThatThrownBy(() ->
                        on.blobs.upload(job, ArtifactFixture.sha256(large), -1, () -> new ByteArrayInputStream(large)))
                .hasMessageContaining("artifacts.file-max-mebibytes");
        on.upload(job, ArtifactFixture.sha256(medium), medium);
        medium[0] = 1;
        assertThatThrownBy(() -> on.upload(job, ArtifactFixture.sha256(medium), medium))
                .hasMessageContaining("artifacts.job-max-mebibytes");
        var full = new Blobs(
                database, on.bytes, new FreeSpace(folder), new UploadLimits(8 << 20, 8 << 20, Long.MAX_VALUE / 2));
        assertThatThrownBy(
                        () -> full.upload(job, ArtifactFixture.sha256("y"), 1, () -> new ByteArrayInputStream(large)))
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
        assertThat(files()).containsExactly(ArtifactFixture.sha256(new byte[7 << 20]));
    }

    @Test
    void allOfAPublicationOrNone() {
        var good = on.uploaded(job, "good.txt", "good");
        var missing = new PublishedArtifact("missing.txt", ArtifactFixture.sha256("missing"), 7, false);

        assertInvalid(() -> on.publish(job, List.of(good, missing)), "\"missing.txt\" were not uploaded");

        assertThat(on.paths(job)).isEmpty();
    }

    @Test
    void aSizeThatIsNotThatOfTheBytesIsRefused() {
        var honest = on.uploaded(job, "a.txt", "four");
        var lie = new PublishedArtifact("a.txt", honest.sha256(), 5, false);

        assertInvalid(() -> on.publish(job, List.of(lie)), "another size");
    }

    @Test
    void refusesPathsThatLeaveTheJob() {
        var file = on.uploaded(job, "../../etc/passwd", "x");

        assertInvalid(() -> on.publish(job, List.of(file)), "segment \"..\"");
    }

    @Test
    void thePublicationThatComesAgainChangesNothing() {
        var file = on.uploaded(job, "a.txt", "one");
        on.publish(job, List.of(file));

        on.publish(job, List.of(file, file));

        assertThat(on.paths(job)).containsExactly("a.txt");
    }

    @Test
    void whatIsPublishedIsNeverChanged() {
        on.publish(job, List.of(on.uploaded(job, "a.txt", "one")));
        var other = on.uploaded(job, "a.txt", "two");

        assertInvalid(() -> on.publish(job, List.of(other)), "different contents");
        assertInvalid(
                () -> on.publish(job, List.of(on.uploaded(job, "b.txt", "one"), on.uploaded(job, "b.txt", "two"))),
                "different contents");
    }

    @Test
    void aRowWhoseBytesAreLostIsUploadedAgain() throws IOException {
        var file = on.uploaded(job, "a.txt", "one");
        on.bytes.delete(file.sha256());

        boolean isNew = on.upload(job, file.sha256(), "one".getBytes(StandardCharsets.UTF_8));

        assertThat(isNew).isTrue();
        assertThat(on.bytes.size(file.sha256())).hasValue(3);
    }

    @Test
    void manyUploadsOfTheSameBytesAreOneBlob() throws Exception {
        byte[] content = new byte[1 << 20];
        String sha256 = ArtifactFixture.sha256(content);
        var results = new ArrayList<Future<Boolean>>();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(() -> on.upload(job, sha256, content)));
            }
        }

        for (Future<Boolean> result : results) {
            result.get();
        }
        assertThat(files()).containsExactly(sha256);
    }

    @Test
    void listsOneLevelByName() {
        on.publish(
                job,
                List.of(
                        on.uploaded(job, "b.txt", "12345"),
                        on.uploaded(job, "a/x.txt", "1"),
                        on.uploaded(job, "a/deep/y.txt", "12")));

        assertThat(on.artifacts.list(job, "", null, 10))
                .extracting(ArtifactStore.Entry::name, ArtifactStore.Entry::folder, ArtifactStore.Entry::size)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a", true, 3L),
                        org.assertj.core.groups.Tuple.tuple("b.txt", false, 5L));
        assertThat(on.artifacts.list(job, "a", "deep", 10))
                .extracting(ArtifactStore.Entry::name)
                .containsExactly("x.txt");
    }

    @Test
    void tenThousandFilesArePublishedAndListedQuickly() {
        var blob = on.uploaded(job, "x", "x");
        var many = IntStream.range(0, 10_000)
                .mapToObj(i -> new PublishedArtifact("d" + i % 100 + "/f" + i, blob.sha256(), blob.size(), false))
                .toList();

        on.publish(job, many);

        assertThat(on.artifacts.list(job, "", null, 200)).hasSize(100).allMatch(entry -> entry.files() == 100);
    }

    private void assertInvalid(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
    }

    private List<String> files() throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}

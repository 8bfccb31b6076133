package dev.penstock.core.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.console.ConsoleFollower.Ended;
import dev.penstock.core.console.ConsoleFollower.Next;
import dev.penstock.core.console.ConsoleFollower.Quiet;
import dev.penstock.core.console.ConsoleFollower.Text;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class ConsolesTest {
    private static final long LIMIT = 64L << 20;
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final Database database;
    private final Signals signals;
    private final EventStore events;
    private ConsoleFixture on;

    ConsolesTest(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.signals = signals;
        this.events = events;
    }

    @BeforeEach
    void open() throws IOException {
        on = new ConsoleFixture(database, signals, events, folder, LIMIT);
    }

    @Test
    void theEndOfAnAttemptClosesItsConsole() {
        JobRunId job = on.runningJob();
        on.append(job, 0, "hello\n");

        on.pass(job, 1);

        assertThat(on.row(job, 1)).isEqualTo("6 complete hashed");
    }

    @Test
    void aLostAttemptKeepsWhatHadArrived() {
        JobRunId job = on.runningJob();
        on.append(job, 0, "half of");

        on.lose(job);
        on.claim(job);

        assertThat(on.row(job, 1)).isEqualTo("7 cut");
        assertThat(on.consoles.of(job))
                .extracting(ConsoleFacts::state)
                .containsExactly(ConsoleFacts.State.OPEN, ConsoleFacts.State.CUT);
    }

    @Test
    void aConsoleAtItsLimitIsMarkedAndTakesMoreWithoutKeepingIt() throws IOException {
        on = new ConsoleFixture(database, signals, events, folder, 10);
        JobRunId job = on.runningJob();
        on.append(job, 0, "123456789 and more");

        var extent = on.consoles.append(job, 1, 18, "and still more".getBytes(StandardCharsets.UTF_8));
        on.pass(job, 1);

        assertThat(extent.length()).isEqualTo(10);
        assertThat(extent.covers(32)).isTrue();
        assertThat(on.row(job, 1)).isEqualTo("10 complete truncated hashed");
    }

    @Test
    void whatWasAcknowledgedIsThereForAServerThatStartsAgain() throws IOException {
        JobRunId job = on.runningJob();
        on.append(job, 0, "acknowledged\n");

        var restarted = new ConsoleFixture(database, signals, events, folder, LIMIT);

        assertThat(restarted.consoles.extent(job, 1).length()).isEqualTo(13);
    }

    @Test
    void aFullDiskIsSaidAndLosesNothing() {
        JobRunId job = on.runningJob();
        on.append(job, 0, "before ");
        var full = new Consoles(
                database, on.bytes, on.hub, new SecretNet(_ -> List.of()), new FreeSpace(() -> 1L << 20), LIMIT);

        assertThatThrownBy(() -> full.append(job, 1, 7, "during".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        PenstockException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
        assertThat(on.consoles.extent(job, 1).length()).isEqualTo(7);
        on.append(job, 7, "after");
        assertThat(on.consoles.extent(job, 1).length()).isEqualTo(12);
    }

    @Test
    void packsConsolesThatEndedAndTellsTheirHash() throws IOException {
        JobRunId longJob = on.runningJob();
        on.consoles.append(longJob, 1, 0, ConsoleFolderTest.randomLines(900_000));
        on.pass(longJob, 1);
        JobRunId otherJob = on.runningJob();
        on.consoles.append(otherJob, 1, 0, ConsoleFolderTest.randomLines(900_000));

        new ConsolePacker(database, on.bytes, Duration.ofHours(1)).step();
        on.pass(otherJob, 1);

        assertThat(on.row(longJob, 1)).isEqualTo("900000 complete hashed");
        assertThat(on.row(otherJob, 1)).isEqualTo("900000 complete");
    }

    @Test
    void aShortConsoleIsHashedWhenItEndsAndNotLookedAtAgain() {
        JobRunId job = on.runningJob();
        on.append(job, 0, "hello");
        JobRunId silentJob = on.runningJob();

        on.pass(job, 1);
        on.pass(silentJob, 1);

        assertThat(on.consoles.of(job).getFirst().sha256())
                .isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assertThat(on.row(silentJob, 1)).isEqualTo("0 complete hashed");
    }

    @Test
    void theHashIsOfWhatIsThereAtTheEndAlsoWhenMoreCameAfterItWasPutOnDisk() {
        JobRunId job = on.runningJob();
        on.append(job, 0, "hel");
        on.consoles.flush(job, 1);
        on.append(job, 3, "lo");

        on.pass(job, 1);

        assertThat(on.consoles.of(job).getFirst().sha256())
                .isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    }

    @Test
    void waitsBeforePackingForBytesThatAreUnderWay() throws IOException {
        JobRunId job = on.runningJob();
        on.append(job, 0, "half of it");
        on.lose(job);

        new ConsolePacker(database, on.bytes, Duration.ofMinutes(1)).step();
        on.append(job, 10, " and the rest");
        new ConsolePacker(database, on.bytes, Duration.ZERO).step();

        assertThat(on.row(job, 1)).isEqualTo("23 cut hashed");
    }

    @Test
    void aConsoleWhoseFileIsLostIsNoLongerComplete() throws IOException {
        JobRunId job = on.runningJob();
        on.consoles.append(job, 1, 0, ConsoleFolderTest.randomLines(100_000));
        on.pass(job, 1);
        on.bytes.delete(new ConsoleId(job, 1));

        new ConsolePacker(database, on.bytes, Duration.ZERO).step();

        assertThat(on.row(job, 1)).isEqualTo("0 cut hashed");
    }

    @Test
    void followsFromAnOffsetToTheEnd() throws Exception {
        JobRunId job = on.runningJob();
        on.append(job, 0, "one\ntwo\n");

        try (ConsoleFollower follower = on.consoles.follow(job, 0, 4)) {
            assertThat(follower.next(LONG)).isEqualTo(new Text(4, 8, "two\n"));
            on.append(job, 8, "three\n");
            assertThat(follower.next(LONG)).isEqualTo(new Text(8, 14, "three\n"));
            on.pass(job, 1);
            assertThat(follower.next(LONG)).isEqualTo(new Ended(ConsoleFacts.State.COMPLETE, false));
        }

        assertThat(on.hub.followed()).isZero();
    }

    @Test
    void aFollowerIsWokenByBytesAndByTheEnd() throws Exception {
        JobRunId job = on.runningJob();
        try (ConsoleFollower follower = on.consoles.follow(job, 1, 0);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(follower.next(Duration.ZERO)).isEqualTo(new Quiet());

            Future<Next> text = threads.submit(() -> follower.next(LONG));
            on.append(job, 0, "hello");
            assertThat(text.get()).isEqualTo(new Text(0, 5, "hello"));

            Future<Next> end = threads.submit(() -> follower.next(LONG));
            on.pass(job, 1);
            assertThat(end.get()).isInstanceOf(Ended.class);
        }
    }

    @Test
    void manyFollowersEachGetEverything() throws Exception {
        JobRunId job = on.runningJob();
        var followers = new ArrayList<Future<String>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 300; i++) {
                followers.add(threads.submit(() -> followed(job)));
            }
            for (int line = 0; line < 50; line++) {
                on.append(job, line * 9L, "line %03d\n".formatted(line));
            }
            on.pass(job, 1);
            for (Future<String> follower : followers) {
                assertThat(follower.get()).hasSize(450).endsWith("line 049\n");
            }
        }

        assertThat(on.hub.followed()).isZero();
    }

    private String followed(JobRunId job) throws IOException, InterruptedException {
        var text = new StringBuilder();
        try (ConsoleFollower follower = on.consoles.follow(job, 1, 0)) {
            while (follower.next(LONG) instanceof Text(var from, var _, var more)) {
                assertThat(from).isEqualTo(text.length());
                text.append(more);
            }
        }
        return text.toString();
    }

    @Test
    void aFollowerIsWokenByAnotherServer() throws Exception {
        var other = new ConsoleFixture(database, signals, events, folder, LIMIT);
        JobRunId job = on.runningJob();
        try (AutoCloseable _ = signals.listen(Channel.CONSOLE, other.news::heard);
                ConsoleFollower follower = other.consoles.follow(job, 1, 0);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            follower.next(Duration.ZERO);
            Future<Next> next = threads.submit(() -> follower.next(Duration.ofSeconds(4)));

            on.append(job, 0, "hello");
            on.news.tell();

            assertThat(next.get()).isEqualTo(new Text(0, 5, "hello"));
        }
    }

    @Test
    void aCharacterThatCameInTwoPartsIsSentAsOne() throws Exception {
        JobRunId job = on.runningJob();
        byte[] euro = "x€".getBytes(StandardCharsets.UTF_8);
        on.consoles.append(job, 1, 0, new byte[] {euro[0], euro[1]});

        try (ConsoleFollower follower = on.consoles.follow(job, 1, 0)) {
            assertThat(follower.next(LONG)).isEqualTo(new Text(0, 1, "x"));
            on.consoles.append(job, 1, 2, new byte[] {euro[2], euro[3]});
            assertThat(follower.next(LONG)).isEqualTo(new Text(1, 4, "€"));
        }
    }

    @Test
    void theBeginningOfAJobIsWaitedFor() throws Exception {
        JobRunId job = on.waitingJob();

        try (ConsoleFollower follower = on.consoles.follow(job, 0, 0)) {
            assertThat(follower.next(Duration.ZERO)).isEqualTo(new Quiet());
            on.claim(job);
            on.append(job, 0, "begun");
            assertThat(follower.next(LONG)).isEqualTo(new Text(0, 5, "begun"));
        }
    }

    @Test
    void aJobThatNeverRanHasAnEndAndNoText() throws Exception {
        JobRunId job = on.waitingJob();
        on.apply(job, new dev.penstock.core.run.JobEvent.CancelRequested("olga"));

        try (ConsoleFollower follower = on.consoles.follow(job, 0, 0)) {
            assertThat(follower.next(LONG)).isEqualTo(new Ended(ConsoleFacts.State.COMPLETE, false));
        }
    }

    @Test
    void aCopiedJobShowsTheConsoleOfTheJobThatRan() {
        JobRunId ran = on.runningJob();
        on.append(ran, 0, "hello");
        on.pass(ran, 1);
        JobRunId copy = on.waitingJob();
        on.copy(copy, ran);

        var facts = on.consoles.find(copy, 0).orElseThrow();

        assertThat(facts.id()).isEqualTo(new ConsoleId(ran, 1));
        assertThat(facts.length()).isEqualTo(5);
    }

    @Test
    void tellsWhatIsNotThere() {
        JobRunId job = on.runningJob();

        assertThatThrownBy(() -> on.consoles.find(new JobRunId(999_999), 0))
                .isInstanceOf(PenstockException.class)
                .hasMessageContaining("no job 999999");
        assertThatThrownBy(() -> on.consoles.find(job, 7))
                .isInstanceOf(PenstockException.class)
                .hasMessageContaining("no attempt 7");
    }
}

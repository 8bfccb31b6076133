package dev.penstock.core.console;

import dev.penstock.core.console.ConsoleBytes.Opened;
import dev.penstock.core.console.ConsoleHub.Wake;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a console while it grows, at the pace of whoever asks. Keeps one number and one buffer. One thread at a time. */
final class ConsoleFollower implements AutoCloseable {
    /** The most text in one piece: enough to catch up quickly, little to hold while a slow client takes it. */
    private static final int PIECE = 64 * 1024;

    /** Whether it ended is asked of the database after this time even if nobody says so: a signal may be lost. */
    private static final Duration ASK = Duration.ofSeconds(5);

    /** Other servers signal when any console grows; then the database is asked no more often than this. */
    private static final Duration ASK_AFTER_SIGNAL = Duration.ofSeconds(1);

    private final ConsoleId id;
    private final ConsoleHub.Following following;
    private final Source source;
    private final byte[] buffer = new byte[PIECE];
    private long cursor;
    private long askedAt = System.nanoTime() - ASK.toNanos();
    private long askAt = System.nanoTime();
    private @Nullable Ended ended;
    private @Nullable Opened opened;

    ConsoleFollower(ConsoleId id, long offset, ConsoleHub.Following following, Source source) {
        this.id = id;
        this.cursor = offset;
        this.following = following;
        this.source = source;
    }

    /** Where the console is. */
    interface Source {
        Opened open() throws IOException;

        /** How many of its bytes may be shown while it grows. */
        long visible(Opened opened) throws IOException;

        /** How it ended; empty while it may grow. */
        Optional<Ended> end();
    }

    /** What came next. */
    sealed interface Next {}

    /** Text between two offsets. Bytes that are no UTF-8 are replaced, so it need not be as long as they. */
    record Text(long from, long to, String text) implements Next {}

    /** Nothing came in the time that was given. */
    record Quiet() implements Next {}

    /** All of it was read. */
    record Ended(ConsoleFacts.State state, boolean truncated) implements Next {}

    ConsoleId id() {
        return id;
    }

    /** After the last byte that was read. */
    long cursor() {
        return cursor;
    }

    /** Waits for text or the end at most so long. */
    Next next(Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            // Asked before the bytes are looked at: what was there when it ended is then seen by this look.
            if (ended == null && askAt - System.nanoTime() <= 0) {
                askedAt = System.nanoTime();
                askAt = askedAt + ASK.toNanos();
                ended = source.end().orElse(null);
            }
            Text text = read();
            if (text != null) {
                return text;
            }
            release();
            if (ended != null) {
                return ended;
            }
            long now = System.nanoTime();
            long until = Math.min(deadline, askAt);
            Wake wake = following.await(Math.max(0, until - now));
            switch (wake) {
                case ENDED -> askAt = System.nanoTime();
                case LOOK -> askAt = Math.min(askAt, askedAt + ASK_AFTER_SIGNAL.toNanos());
                case GREW -> {}
                case TIMEOUT -> {
                    if (System.nanoTime() - deadline >= 0) {
                        return new Quiet();
                    }
                }
            }
        }
    }

    private @Nullable Text read() throws IOException {
        Opened from = opened;
        if (from == null) {
            from = source.open();
            opened = from;
        }
        long length = ended == null ? source.visible(from) : from.length();
        if (cursor > length) {
            // The server lost the end of an open console together with its power: the agent sends it again.
            cursor = length;
        }
        int wanted = (int) Math.min(PIECE, length - cursor);
        if (wanted <= 0) {
            return null;
        }
        int count = 0;
        while (count < wanted) {
            int more = from.read(cursor + count, ByteBuffer.wrap(buffer, count, wanted - count));
            if (more <= 0) {
                break;
            }
            count += more;
        }
        int whole = ended != null && cursor + count >= length ? count : ConsoleText.wholeCharacters(buffer, count);
        if (whole == 0) {
            return null;
        }
        var text = new Text(cursor, cursor + whole, new String(buffer, 0, whole, StandardCharsets.UTF_8));
        cursor += whole;
        return text;
    }

    private void release() throws IOException {
        Opened open = opened;
        opened = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() throws IOException {
        following.close();
        release();
    }
}

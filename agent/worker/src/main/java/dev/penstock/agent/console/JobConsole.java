package dev.penstock.agent.console;

import dev.penstock.plugin.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes a job's console in the format of {@code docs/console.md}: every line with time and tag, long lines cut, secrets
 * masked. Thread-safe by its lock; a program's output waits while the file is full, what the agent itself says does not.
 */
public final class JobConsole implements Console {
    /** More text than this has no line; the rest goes on in the next. */
    static final int MAX_TEXT_BYTES = 16_384;

    /** A line that a program has begun is shown after so long, although it may go on. */
    private static final long OPEN_AFTER_MILLIS = 200;

    private final ConsoleFile file;
    private final Secrets secrets;
    private final LineClock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Output out;
    private final Output err;
    private @Nullable Output open;
    private volatile long lastActivity = System.nanoTime();
    private boolean ended;
    private byte[] page = new byte[2048];
    private int pageLength;

    public JobConsole(ConsoleFile file, Secrets secrets, InstantSource clock) {
        this.file = file;
        this.secrets = secrets;
        this.clock = new LineClock(clock);
        this.out = new Output("ou", "o+");
        this.err = new Output("er", "e+");
    }

    /** Bytes that a program printed on its standard output. Blocks while the file is full. */
    public void out(byte[] bytes, int offset, int length) throws InterruptedException {
        print(out, bytes, offset, length);
    }

    /** Bytes that a program printed on its standard error. Blocks while the file is full. */
    public void err(byte[] bytes, int offset, int length) throws InterruptedException {
        print(err, bytes, offset, length);
    }

    /** The program has ended: ends its open lines, and gives out what was held back. */
    public void endOutput() {
        lock.lock();
        try {
            out.end();
            err.end();
            writePage();
        } finally {
            lock.unlock();
        }
    }

    /** Shows lines that a program began a while ago and has not ended. Call every 100 ms or so. */
    public void showOpenLines() {
        lock.lock();
        try {
            long before = clock.now() - OPEN_AFTER_MILLIS;
            out.show(before);
            err.show(before);
            writePage();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void out(String line) {
        whole(out, line);
    }

    @Override
    public void err(String line) {
        whole(err, line);
    }

    /** A notice: one sentence. */
    @Override
    public void note(String line) {
        speak("no", line);
    }

    /** Something went wrong: what, where, what to do. */
    public void problem(String line) {
        speak("!!", line);
    }

    /** A step begins; where its line stands. */
    public long begin(String summary) {
        return speak(">>", summary);
    }

    /** The step that began last is over. */
    public void finish(String text) {
        speak("<<", text);
    }

    /** Nobody waits for room any more: the programs have been ended, and little is left of what they printed. */
    public void letEverythingIn() {
        file.openRoom();
    }

    /** A text with this job's secrets masked. */
    public String masked(String text) {
        return secrets.masked(text);
    }

    /** When something was printed last, by {@link System#nanoTime}; now, while a program waits for room. */
    public long lastActivity() {
        return file.isFull() ? System.nanoTime() : lastActivity;
    }

    /** Goes on with a console whose writer was killed: ends the line that was being written. */
    public void resume() {
        lock.lock();
        try {
            if (!file.endsWithLineFeed()) {
                put((byte) '\n');
                writePage();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the console; what is printed later is left out. */
    public void end() {
        endOutput();
        lock.lock();
        try {
            ended = true;
            file.end(clock.copyOfNow());
        } finally {
            lock.unlock();
        }
    }

    private void print(Output output, byte[] bytes, int offset, int length) throws InterruptedException {
        file.awaitRoom();
        lock.lock();
        try {
            lastActivity = System.nanoTime();
            if (!ended) {
                output.print(bytes, offset, length);
                writePage();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A line of a plugin's own; it does not mix with what a program of the task is printing. */
    private void whole(Output output, String text) {
        try {
            file.awaitRoom();
        } catch (InterruptedException _) {
            // The job is being stopped: the line is written all the same, and the plugin sees the interrupt.
            Thread.currentThread().interrupt();
        }
        byte[] line = (text + "\n").getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            lastActivity = System.nanoTime();
            output.print(line, 0, line.length);
            writePage();
        } finally {
            lock.unlock();
        }
    }

    private long speak(String tag, String text) {
        byte[] tagBytes = tag.getBytes(StandardCharsets.US_ASCII);
        lock.lock();
        try {
            lastActivity = System.nanoTime();
            out.show(Long.MAX_VALUE);
            err.show(Long.MAX_VALUE);
            endOpenLine();
            long at = file.length() + pageLength;
            String masked = secrets.masked(text);
            if (!masked.isEmpty() && masked.indexOf('\n') < 0 && masked.indexOf('\r') < 0) {
                sayLine(tagBytes, masked);
            } else {
                masked.lines().forEach(line -> sayLine(tagBytes, line));
            }
            writePage();
            return at;
        } finally {
            lock.unlock();
        }
    }

    private void sayLine(byte[] tag, String line) {
        prefix(tag, clock.now());
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        put(bytes, 0, Characters.cut(bytes, 0, bytes.length, MAX_TEXT_BYTES));
        put((byte) '\n');
    }

    private void endOpenLine() {
        if (open != null) {
            put((byte) '\n');
            open.goesOn = true;
            open = null;
        }
    }

    private void prefix(byte[] tag, long millis) {
        put(clock.stamp(millis), 0, LineClock.BYTES);
        put((byte) ' ');
        put(tag, 0, tag.length);
        put((byte) ' ');
    }

    private void put(byte b) {
        room(1);
        page[pageLength++] = b;
    }

    private void put(byte[] bytes, int offset, int length) {
        room(length);
        System.arraycopy(bytes, offset, page, pageLength, length);
        pageLength += length;
    }

    private void room(int length) {
        if (page.length - pageLength < length) {
            page = Arrays.copyOf(page, Math.max(2 * page.length, pageLength + length));
        }
    }

    private void writePage() {
        if (pageLength > 0) {
            file.append(page, 0, pageLength);
            pageLength = 0;
        }
    }

    /** One stream of the program that runs. Used under the console's lock. */
    private final class Output {
        private final byte[] tag;
        private final byte[] continuation;
        private final Masker masker = new Masker(secrets);
        /** The part of a line that was printed and not shown yet. */
        private byte[] begun = new byte[256];

        private int begunLength;
        private long begunAt;
        /** Bytes of text in the line that is open in the file; counts only while {@code open} is this. */
        private int shown;
        /** The line was cut: the next bytes go on with it. */
        private boolean goesOn;

        Output(String tag, String continuation) {
            this.tag = tag.getBytes(StandardCharsets.US_ASCII);
            this.continuation = continuation.getBytes(StandardCharsets.US_ASCII);
        }

        void print(byte[] bytes, int offset, int length) {
            masker.feed(bytes, offset, length, this::lines);
        }

        void end() {
            masker.finish(this::lines);
            if (begunLength > 0 || open == this) {
                line(begun, 0, 0, clock.now());
            }
            goesOn = false;
        }

        /** Shows what was begun before that time, except for a character that is not whole and a carriage return. */
        void show(long before) {
            int length = wholeLength();
            if (begunLength > 0 && begunAt <= before && length > 0) {
                text(begun, 0, length, begunAt);
                System.arraycopy(begun, length, begun, 0, begunLength - length);
                begunLength -= length;
            }
        }

        private void lines(byte[] bytes, int offset, int length) {
            long now = clock.now();
            int from = offset;
            int end = offset + length;
            for (int at = offset; at < end; at++) {
                if (bytes[at] == '\n') {
                    line(bytes, from, at - from, now);
                    from = at + 1;
                }
            }
            keep(bytes, from, end - from, now);
        }

        /** The end of a line, which may have been begun before. */
        private void line(byte[] bytes, int offset, int length, long now) {
            if (begunLength > 0) {
                append(bytes, offset, length);
                int whole = begunLength;
                begunLength = 0;
                endLine(begun, 0, whole, begunAt);
            } else {
                endLine(bytes, offset, length, now);
            }
        }

        private void endLine(byte[] bytes, int offset, int length, long at) {
            boolean dropsReturn = length > 0 && bytes[offset + length - 1] == '\r';
            int textLength = dropsReturn ? length - 1 : length;
            if (textLength > 0 || open == this || !goesOn) {
                text(bytes, offset, textLength, at);
                put((byte) '\n');
                open = null;
            }
            goesOn = false;
        }

        /** The beginning of a line that has no end yet; more than a line can hold is shown at once. */
        private void keep(byte[] bytes, int offset, int length, long now) {
            if (length == 0) {
                return;
            }
            if (begunLength == 0) {
                begunAt = now;
            }
            append(bytes, offset, length);
            if (begunLength > MAX_TEXT_BYTES) {
                show(Long.MAX_VALUE);
            }
        }

        private void append(byte[] bytes, int offset, int length) {
            if (begun.length - begunLength < length) {
                begun = Arrays.copyOf(begun, Math.max(2 * begun.length, begunLength + length));
            }
            System.arraycopy(bytes, offset, begun, begunLength, length);
            begunLength += length;
        }

        /** Text of the present line, in as many lines as it needs; leaves the last one open. */
        private void text(byte[] bytes, int offset, int length, long at) {
            int from = offset;
            int left = length;
            do {
                if (open != this) {
                    endOpenLine();
                    prefix(goesOn ? continuation : tag, at);
                    open = this;
                    shown = 0;
                }
                int part = Characters.cut(bytes, from, left, MAX_TEXT_BYTES - shown);
                put(bytes, from, part);
                shown += part;
                from += part;
                left -= part;
                if (left > 0) {
                    endOpenLine();
                }
            } while (left > 0);
        }

        private int wholeLength() {
            int length = begunLength;
            if (length > 0 && begun[length - 1] == '\r') {
                return length - 1;
            }
            // A character of n bytes that lacks some of them.
            for (int back = 1; back <= Math.min(3, length); back++) {
                int b = begun[length - back] & 0xff;
                if (b >= 0xC0) {
                    int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                    return needed > back ? length - back : length;
                } else if (b < 0x80) {
                    return length;
                }
            }
            return length;
        }
    }
}

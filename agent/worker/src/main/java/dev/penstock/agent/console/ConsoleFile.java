package dev.penstock.agent.console;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The console of a job on disk, kept whole until the server has acknowledged the job's end. Written by the job, read by
 * whoever sends it. Beyond its limit only the newest part is kept, and joined to the rest at the end. Thread-safe by its
 * lock.
 */
public final class ConsoleFile implements AutoCloseable {
    /** Room for the line that says what was left out. */
    private static final int MARKER_BYTES = 256;

    private static final int MAX_TAIL_BYTES = 1 << 20;

    /** Small writes are gathered; whoever reads gets them all the same, from disk. */
    private static final int BUFFER_BYTES = 8 * 1024;

    private final File file;
    private final long limit;
    private final long headLimit;
    private final long roomBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Not channels: those are closed for everybody when a thread that uses them is interrupted.
    private final FileOutputStream out;
    private @Nullable RandomAccessFile in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long written;
    private long acknowledged;
    private long watched;
    private @Nullable Runnable watcher;
    private boolean roomForAll;
    private boolean ended;
    private final ConsoleTail tail;

    /**
     * Opens a console, going on where it stands.
     *
     * @param base what the names of its files begin with
     * @param limit how long it may become
     * @param roomBytes how much may wait for the server before {@link #awaitRoom} waits
     */
    public ConsoleFile(Path base, long limit, long roomBytes) throws IOException {
        this.file = file(base);
        this.limit = limit;
        long tailBytes = Math.min(MAX_TAIL_BYTES, limit / 4);
        this.headLimit = Math.max(0, limit - tailBytes - MARKER_BYTES);
        this.roomBytes = roomBytes;
        this.out = new FileOutputStream(file, true);
        this.written = file.length();
        this.tail = ConsoleTail.open(base, (int) tailBytes, headLimit);
    }

    private static File file(Path base) {
        return base.resolveSibling(base.getFileName() + ".console").toFile();
    }

    /** Deletes the files of a console that is not open. */
    public static void delete(Path base) throws IOException {
        File file = file(base);
        if (file.exists()) {
            // Without its beginning a console has no tail.
            ConsoleTail.deleteAll(base);
            Files.deleteIfExists(file.toPath());
        }
    }

    /** The number of bytes that can be read. */
    public long length() {
        lock.lock();
        try {
            return written + buffered;
        } finally {
            lock.unlock();
        }
    }

    /** Appends bytes; they are kept from now on even if this process is killed as soon as {@link #flush} was called. */
    void append(byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            int inHead = tail.isEmpty() ? Math.clamp(headLimit - written - buffered, 0, length) : 0;
            put(bytes, offset, inHead);
            if (inHead < length) {
                tail.append(bytes, offset + inHead, length - inHead);
            }
            callWatcher();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    /** Blocks while more than the allowed amount waits for the server: so the program that prints blocks, and nothing is lost. */
    void awaitRoom() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!roomForAll && written + buffered - acknowledged >= roomBytes) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether a program that prints would have to wait now. */
    public boolean isFull() {
        lock.lock();
        try {
            return !roomForAll && written + buffered - acknowledged >= roomBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Lets everything in: the programs have been ended, and what they had printed is little. */
    public void openRoom() {
        lock.lock();
        try {
            roomForAll = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The server has everything up to here. */
    public void acknowledge(long length) {
        lock.lock();
        try {
            acknowledged = Math.max(acknowledged, length);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Calls once as soon as there are more than {@code length} bytes, on the thread that writes them; or now. */
    public void whenMore(long length, Runnable then) {
        lock.lock();
        try {
            watched = length;
            watcher = then;
            callWatcher();
        } finally {
            lock.unlock();
        }
    }

    private void callWatcher() {
        Runnable then = watcher;
        if (then != null && written + buffered > watched) {
            watcher = null;
            then.run();
        }
    }

    /** Reads bytes that begin at an offset into {@code into}; how many. What is read is on disk. */
    public int read(long offset, byte[] into) throws IOException {
        lock.lock();
        try {
            long bufferBegin = written;
            int inBuffer = buffered;
            flushBuffer();
            if (offset >= bufferBegin) { // all that is asked for lies there still
                int from = (int) (offset - bufferBegin);
                int length = Math.clamp(inBuffer - from, 0, into.length);
                System.arraycopy(buffer, from, into, 0, length);
                return length;
            }
            RandomAccessFile reader = reader();
            reader.seek(offset);
            int total = 0;
            while (total < into.length) {
                int read = reader.read(into, total, into.length - total);
                if (read <= 0) {
                    break;
                }
                total += read;
            }
            return total;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the console: joins what was kept beyond the limit to it, with a line that says how much is missing. */
    void end(byte[] stamp) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            if (!tail.isEmpty()) {
                byte[] last = tail.newest();
                long leftOut = tail.total() - last.length;
                String said = (endsWithLineFeed() ? "" : "\n") + new String(stamp, StandardCharsets.US_ASCII)
                        + " !! The console has more than its limit of " + limit + " bytes: " + leftOut
                        + " bytes were left out here\n";
                byte[] marker = said.getBytes(StandardCharsets.US_ASCII);
                put(marker, 0, marker.length);
                put(last, 0, last.length);
                tail.delete();
            }
            flushBuffer();
            callWatcher();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the last byte is a line feed, or there is none. */
    boolean endsWithLineFeed() throws IOException {
        lock.lock();
        try {
            flushBuffer();
            if (written == 0) {
                return true;
            }
            RandomAccessFile reader = reader();
            reader.seek(written - 1);
            return reader.read() == '\n';
        } finally {
            lock.unlock();
        }
    }

    /** Hands everything to the operating system. */
    void flush() {
        lock.lock();
        try {
            flushBuffer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    /** Makes everything survive a loss of power. */
    public void force() throws IOException {
        flush();
        out.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        flush();
        out.close();
        if (in != null) {
            in.close();
        }
        tail.close();
    }

    /** Closes it and deletes its files. */
    public void delete() throws IOException {
        close();
        tail.deleteAll();
        Files.deleteIfExists(file.toPath());
    }

    /** Most consoles are short, and never read from disk. */
    private RandomAccessFile reader() throws IOException {
        RandomAccessFile open = in;
        if (open == null) {
            open = new RandomAccessFile(file, "r");
            in = open;
        }
        return open;
    }

    private void put(byte[] bytes, int offset, int length) throws IOException {
        if (length > BUFFER_BYTES - buffered) {
            flushBuffer();
        }
        if (length >= BUFFER_BYTES) {
            write(bytes, offset, length);
        } else {
            System.arraycopy(bytes, offset, buffer, buffered, length);
            buffered += length;
        }
    }

    private void flushBuffer() throws IOException {
        if (buffered > 0) {
            write(buffer, 0, buffered);
            buffered = 0;
        }
    }

    /** A full disk is waited for: a line that was printed is not thrown away. */
    private void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            try {
                out.write(bytes, offset + done, length - done);
                written += length - done;
                done = length;
            } catch (IOException e) {
                if (file.getUsableSpace() > MAX_TAIL_BYTES) {
                    throw e;
                }
                int part = (int) (file.length() - written);
                written += part;
                done += part;
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            }
        }
    }
}

package dev.penstock.core.console;

import dev.penstock.core.console.ConsoleBytes.Flushed;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts consoles on disk: at their end, and some while they grow, so that the end of a long one has little to wait for and
 * the disk is busy while the job still prints. Thread-safe.
 */
final class ConsoleFlushes {
    private static final Logger log = LoggerFactory.getLogger(ConsoleFlushes.class);

    /** A disk takes this in a tenth of a second; more often would cost commits of its journal for nothing. */
    private static final long AHEAD_BYTES = 16L << 20;

    /** More consoles than are open at one time. When there are more, some are flushed once more, which costs a little. */
    private static final int MAX_REMEMBERED = 10_000;

    private final ConsoleBytes bytes;
    /** What was put on disk last, with its name; until the console is closed. */
    private final ConcurrentHashMap<ConsoleId, Flushed> flushed = new ConcurrentHashMap<>();
    /** How many bytes were put on disk while the console grew; until it is closed. */
    private final ConcurrentHashMap<ConsoleId, Long> ahead = new ConcurrentHashMap<>();

    private final Set<ConsoleId> underWay = ConcurrentHashMap.newKeySet();

    ConsoleFlushes(ConsoleBytes bytes) {
        this.bytes = bytes;
    }

    /** A console has now so many bytes: begins to put them on disk when there are many. Waits for nothing. */
    void grew(ConsoleId id, long length) {
        if (length >= AHEAD_BYTES && length - flushedLength(id) >= AHEAD_BYTES && underWay.add(id)) {
            Thread.ofVirtual().name("console-flush-" + id.job().value()).start(() -> flushAhead(id));
        }
    }

    private void flushAhead(ConsoleId id) {
        try {
            long length = orCut(id, () -> bytes.flushAhead(id));
            forgetSome(ahead);
            ahead.put(id, length);
        } catch (IOException e) {
            log.atError().setCause(e).addKeyValue("job", id.job().value()).log("A console cannot be put on disk");
        } finally {
            underWay.remove(id);
        }
    }

    /**
     * Returns when all bytes that there are now are on disk.
     *
     * @throws IOException when the disk has lost some: then there are fewer bytes, and the agent sends them again
     */
    Flushed flush(ConsoleId id) throws IOException {
        Flushed now = orCut(id, () -> bytes.flush(id));
        forgetSome(flushed);
        flushed.put(id, now);
        return now;
    }

    @FunctionalInterface
    private interface Flush<T> {
        T run() throws IOException;
    }

    private <T> T orCut(ConsoleId id, Flush<T> flush) throws IOException {
        try {
            return flush.run();
        } catch (IOException e) {
            // The system tells of a failed write once, and then takes the pages for clean: what is in them is lost.
            bytes.cut(id, flushedLength(id));
            throw e;
        }
    }

    private static void forgetSome(ConcurrentHashMap<ConsoleId, ?> map) {
        if (map.size() >= MAX_REMEMBERED) {
            map.clear();
        }
    }

    private long flushedLength(ConsoleId id) {
        Flushed last = flushed.get(id);
        return Math.max(last == null ? 0 : last.length(), ahead.getOrDefault(id, 0L));
    }

    /** Returns when a console that ends is on disk, and forgets it. */
    Flushed close(ConsoleId id) throws IOException {
        try {
            long length = bytes.length(id);
            Flushed last = flushed.get(id);
            return last != null && last.length() == length ? last : flush(id);
        } finally {
            flushed.remove(id);
            ahead.remove(id);
        }
    }
}

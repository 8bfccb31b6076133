package dev.penstock.core.ops;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The newest events in memory, read once for all streams of this server. A stream that has fallen behind reads the table
 * until it has caught up, so that a slow client costs nobody else anything. Thread-safe.
 */
final class EventFeed {
    /** A signal may be lost, and an event may have to wait for an older transaction to end. */
    private static final Duration TICK = Duration.ofMillis(250);

    /** How many events are read at a time. */
    static final int BATCH = 500;

    /** The last seconds of a busy server. */
    private static final int REMEMBERED = 4 * BATCH;

    private final Database database;
    private final Worker worker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private final List<StoredEvent> newest = new ArrayList<>();
    private int readers;
    private boolean begun;
    /** Once begun: the events after this, and up to the last of {@link #newest}, are in memory. */
    private EventPosition since = EventPosition.BEGINNING;

    EventFeed(Database database, Signals signals) {
        this.database = database;
        this.worker = new Worker("events", TICK, this::read).wokenBy(signals, Channel.EVENTS);
    }

    /** Reads the table while anybody listens. */
    Worker worker() {
        return worker;
    }

    /** Where a reader stands that begins now. */
    EventPosition now() {
        return database.read(EventQuery::last);
    }

    /** Where a reader begins that has seen events before; it has missed some when they are not kept any more. */
    Resumed resume(EventPosition seen) {
        return database.read(handle -> {
            EventPosition last = EventQuery.last(handle);
            if (seen.isAfter(last)) {
                return new Resumed(last, true);
            }
            boolean missed = EventQuery.first(handle)
                    .map(first -> first.isAfter(seen))
                    .orElse(!seen.equals(EventPosition.BEGINNING));
            return new Resumed(seen, missed);
        });
    }

    record Resumed(EventPosition from, boolean missed) {}

    /** Counts a reader until it is closed: without any, nothing is read. */
    Membership join() {
        change(1);
        worker.wake();
        return () -> change(-1);
    }

    /** A reader, until it is closed. */
    interface Membership extends AutoCloseable {
        @Override
        void close();
    }

    private void change(int by) {
        lock.lock();
        try {
            readers += by;
        } finally {
            lock.unlock();
        }
    }

    /** The worker's step: reads what is new; true when there may be more. */
    private boolean read() {
        @Nullable EventPosition from;
        lock.lock();
        try {
            if (readers == 0) {
                newest.clear();
                begun = false;
                return false;
            }
            from = !begun ? null : newest.isEmpty() ? since : newest.getLast().position();
        } finally {
            lock.unlock();
        }
        if (from == null) {
            begin(now());
            return true;
        }
        List<StoredEvent> more = database.read(handle -> EventQuery.after(handle, from, BATCH));
        add(more);
        return more.size() == BATCH;
    }

    private void begin(EventPosition at) {
        lock.lock();
        try {
            since = at;
            begun = true;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void add(List<StoredEvent> more) {
        if (more.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            newest.addAll(more);
            int tooMany = newest.size() - REMEMBERED;
            if (tooMany > 0) {
                since = newest.get(tooMany - 1).position();
                newest.subList(0, tooMany).clear();
            }
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Events after a position.
     *
     * @param upTo where the reader stands after them
     */
    record Batch(List<StoredEvent> events, EventPosition upTo) {}

    /** Waits until there are events after the position, at most for {@code wait}; the answer may be empty. */
    Batch after(EventPosition position, Duration wait) throws InterruptedException {
        EventPosition inMemory;
        lock.lockInterruptibly();
        try {
            long nanos = wait.toNanos();
            while (!begun || !since.isAfter(position)) {
                List<StoredEvent> found = begun ? tail(position) : List.of();
                if (!found.isEmpty() || nanos <= 0) {
                    return batch(found, position);
                }
                nanos = grown.awaitNanos(nanos);
            }
            inMemory = since;
        } finally {
            lock.unlock();
        }
        // Fallen behind. When what it has not seen is not kept any more, it goes on with what is in memory.
        return batch(database.read(handle -> EventQuery.after(handle, position, BATCH)), inMemory);
    }

    private static Batch batch(List<StoredEvent> events, EventPosition otherwise) {
        return new Batch(events, events.isEmpty() ? otherwise : events.getLast().position());
    }

    private List<StoredEvent> tail(EventPosition position) {
        int from = newest.size();
        while (from > 0 && newest.get(from - 1).position().isAfter(position)) {
            from--;
        }
        return List.copyOf(newest.subList(from, Math.min(newest.size(), from + BATCH)));
    }
}

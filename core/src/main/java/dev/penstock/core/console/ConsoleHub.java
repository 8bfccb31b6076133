package dev.penstock.core.console;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes those who follow a console. Holds no byte of it: each follower reads at its own pace, so a slow one delays nobody,
 * and what is kept for it is one number. Thread-safe.
 */
final class ConsoleHub {
    private final ConcurrentHashMap<ConsoleId, Topic> topics = new ConcurrentHashMap<>();
    /** Whether something grew or ended that other servers have not been told. */
    private final AtomicBoolean news = new AtomicBoolean();

    /** Why a follower was woken. */
    enum Wake {
        /** There may be more bytes. */
        GREW,
        /** The console ended. */
        ENDED,
        /** Another server knows something: look at everything. */
        LOOK,
        /** Nothing happened. */
        TIMEOUT
    }

    void grew(ConsoleId id) {
        news.set(true);
        wake(id, Wake.GREW);
    }

    void ended(ConsoleId id) {
        news.set(true);
        wake(id, Wake.ENDED);
    }

    /** Another server has stored or ended something. */
    void lookEverywhere() {
        topics.values().forEach(topic -> topic.wake(Wake.LOOK));
    }

    /** Whether there was anything since the last call that other servers should hear of. */
    boolean takeNews() {
        return news.getAndSet(false);
    }

    int followed() {
        return topics.size();
    }

    private void wake(ConsoleId id, Wake why) {
        Topic topic = topics.get(id);
        if (topic != null) {
            topic.wake(why);
        }
    }

    /** Begins to follow; whoever does so looks at the console itself first, and then waits for more. */
    Following follow(ConsoleId id) {
        Topic topic = topics.compute(id, (_, there) -> {
            Topic joined = there == null ? new Topic() : there;
            joined.followers++;
            return joined;
        });
        return new Following(id, topic);
    }

    /** One follower of one console. One thread at a time. */
    final class Following implements AutoCloseable {
        private final ConsoleId id;
        private final Topic topic;
        private long grown;
        private long ended;
        private long looks;
        private boolean closed;

        private Following(ConsoleId id, Topic topic) {
            this.id = id;
            this.topic = topic;
            topic.lock.lock();
            try {
                // What was told before is seen by the follower's own first look.
                grown = topic.grown;
                ended = topic.ended;
                looks = topic.looks;
            } finally {
                topic.lock.unlock();
            }
        }

        /** Waits for news at most so long; news since the last call are told at once. */
        Wake await(long nanos) throws InterruptedException {
            topic.lock.lockInterruptibly();
            try {
                long left = nanos;
                while (true) {
                    if (ended != topic.ended) {
                        ended = topic.ended;
                        return Wake.ENDED;
                    }
                    if (grown != topic.grown) {
                        grown = topic.grown;
                        return Wake.GREW;
                    }
                    if (looks != topic.looks) {
                        looks = topic.looks;
                        return Wake.LOOK;
                    }
                    if (left <= 0) {
                        return Wake.TIMEOUT;
                    }
                    left = topic.changed.awaitNanos(left);
                }
            } finally {
                topic.lock.unlock();
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                topics.computeIfPresent(id, (_, there) -> --there.followers == 0 ? null : there);
            }
        }
    }

    /** What happened to one console, counted. */
    private static final class Topic {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private long grown;
        private long ended;
        private long looks;
        /** Changed only inside of the map's own locks. */
        private int followers;

        private void wake(Wake why) {
            lock.lock();
            try {
                switch (why) {
                    case GREW -> grown++;
                    case ENDED -> ended++;
                    case LOOK -> looks++;
                    case TIMEOUT -> throw new IllegalArgumentException("Nobody is woken by nothing");
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}

package dev.penstock.core.platform.worker;

import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes steps by itself: at each tick, at each signal, and again at once while a step says that there may be more. A step
 * that fails is logged and repeated after a growing wait; nothing that a step throws ends the worker. Thread-safe.
 */
public final class Worker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Worker.class);

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    /** Used by {@link #close()}: a step is one short transaction and at most one bounded call. */
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    /** An interrupted step gets this long to notice. */
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

    /** One piece of work. */
    @FunctionalInterface
    public interface Step {
        /** Does what there is to do; true when there may be more, so that it is called again at once. */
        boolean run() throws Exception;
    }

    private enum State {
        NEW,
        RUNNING,
        STOPPING,
        STOPPED
    }

    private final String name;
    private final Duration tick;
    private final Step step;
    private final List<AutoCloseable> subscriptions = new ArrayList<>();
    private final LongAdder steps = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private State state = State.NEW;
    private boolean woken;
    private boolean paused;
    private @Nullable Thread thread;
    private volatile @Nullable Throwable lastFailure;

    /**
     * Makes a worker, which does nothing before {@link #start()}.
     *
     * @param name what people and metrics call it, such as {@code lease-reaper}
     * @param tick the longest time between two steps
     */
    public Worker(String name, Duration tick, Step step) {
        if (tick.isZero() || tick.isNegative()) {
            throw new IllegalArgumentException("Not a time between steps: " + tick);
        }
        this.name = name;
        this.tick = tick;
        this.step = step;
    }

    /** Also steps when the signal comes. */
    public Worker wokenBy(Signals signals, Channel channel) {
        lock.lock();
        try {
            subscriptions.add(signals.listen(channel, this::wake));
        } finally {
            lock.unlock();
        }
        return this;
    }

    public String name() {
        return name;
    }

    /** Begins. A worker is started once; one that was stopped stays so. */
    public void start() {
        lock.lock();
        try {
            if (state != State.NEW) {
                throw new IllegalStateException("Worker \"" + name + "\" was started before");
            }
            state = State.RUNNING;
            thread = Thread.ofVirtual().name("worker-" + name).start(this::loop);
        } finally {
            lock.unlock();
        }
    }

    /** Steps as soon as the present step is over; calls in between count as one. */
    public void wake() {
        change(() -> woken = true);
    }

    /** Takes no further step until {@link #resume()}. */
    public void pause() {
        change(() -> paused = true);
    }

    public void resume() {
        change(() -> {
            paused = false;
            woken = true;
        });
    }

    public long steps() {
        return steps.sum();
    }

    public long failures() {
        return failures.sum();
    }

    /** Why the newest step failed; empty when it did not. */
    public Optional<Throwable> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    public boolean isRunning() {
        lock.lock();
        try {
            return state == State.RUNNING;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets the present step end, and interrupts it after the deadline. Returns whether the worker has ended; harmless
     * when it was never started or has ended before.
     */
    public boolean stop(Duration deadline) {
        Thread running;
        List<AutoCloseable> ended;
        lock.lock();
        try {
            ended = List.copyOf(subscriptions);
            subscriptions.clear();
            if (state == State.NEW) {
                state = State.STOPPED;
            } else if (state == State.RUNNING) {
                state = State.STOPPING;
            }
            changed.signalAll();
            running = thread;
        } finally {
            lock.unlock();
        }
        ended.forEach(Worker::closeQuietly);
        if (running == null || running == Thread.currentThread()) {
            return running == null;
        }
        try {
            if (running.join(deadline)) {
                return true;
            }
            log.atWarn().addKeyValue("worker", name).log("A step does not end; it is interrupted");
            running.interrupt();
            return running.join(AFTER_INTERRUPT);
        } catch (InterruptedException _) {
            running.interrupt();
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        stop(DEADLINE);
    }

    private void loop() {
        Duration wait = Duration.ZERO;
        try {
            while (pauseFor(wait)) {
                wait = once(wait);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            change(() -> state = State.STOPPED);
        }
    }

    /** Takes one step and says how long to wait for the next; a wait after a failure is not cut short by signals. */
    private Duration once(Duration before) throws InterruptedException {
        steps.increment();
        try {
            boolean more = step.run();
            lastFailure = null;
            return more ? Duration.ZERO : tick;
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            boolean first = lastFailure == null;
            failures.increment();
            lastFailure = e;
            Duration wait = first ? FIRST_WAIT : before.multipliedBy(2);
            wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
            var entry = log.atError().addKeyValue("worker", name).addKeyValue("againInSeconds", wait.toSeconds());
            entry.setCause(e).log("A step failed");
            return wait;
        }
    }

    /** Waits until the time is over or a signal comes, and while paused; false when the worker is to end. */
    private boolean pauseFor(Duration wait) throws InterruptedException {
        boolean failed = lastFailure != null;
        lock.lockInterruptibly();
        try {
            long nanos = wait.toNanos();
            while (state == State.RUNNING && (paused || (nanos > 0 && (failed || !woken)))) {
                if (paused) {
                    changed.await();
                } else {
                    nanos = changed.awaitNanos(nanos);
                }
            }
            woken = false;
            return state == State.RUNNING;
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            what.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void closeQuietly(AutoCloseable subscription) {
        try {
            subscription.close();
        } catch (Exception e) {
            log.atWarn().setCause(e).log("A subscription could not be closed");
        }
    }
}

package dev.penstock.pluginhost;

import dev.penstock.pluginhost.PluginCallException.Why;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The only way into one plugin: sets the context class loader, keeps deadlines and limits, counts, and wraps all but the
 * plugin API's own exceptions. Thread-safe: its parts are.
 *
 * <p>A thread that ignores its interrupt cannot be ended; it keeps its place among the calls, so that a plugin can hold
 * on to a bounded number of threads only.
 */
final class CallGuard {
    /** Platform threads, because a plugin that spins on a virtual one would take a carrier from everybody. */
    private static final ExecutorService CALLS = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("plugin-call-", 0).factory());

    private final String pluginId;
    private final ClassLoader loader;
    private final CallLimits limits;
    private final Lane quick;
    private final Lane work;
    private final Gate gate = new Gate();
    private final Map<String, TimingCount> timings = new ConcurrentHashMap<>();

    /** Calls of one sort: how many at once, and whether they have been failing. */
    private record Lane(Semaphore places, int size, CircuitBreaker breaker) {
        static Lane of(int size, HostSettings settings) {
            return new Lane(new Semaphore(size, true), size, new CircuitBreaker(settings.limits(), settings.clock()));
        }

        void tell(Ended ended) {
            switch (ended) {
                case WELL -> breaker.succeeded();
                case BADLY -> breaker.failed();
                case ABANDONED -> breaker.abandoned();
            }
        }
    }

    /** What a call says about the plugin: its own exceptions are answers, a caller's cancellation says nothing. */
    private enum Ended {
        WELL,
        BADLY,
        ABANDONED
    }

    CallGuard(String pluginId, ClassLoader loader, HostSettings settings) {
        this.pluginId = pluginId;
        this.loader = loader;
        this.limits = settings.limits();
        this.quick = Lane.of(limits.quickCalls(), settings);
        this.work = Lane.of(limits.workCalls(), settings);
    }

    /** A short call that does no input or output, on a thread of its own with the deadline for such calls. */
    <T> T quick(String what, PluginCall<T, RuntimeException> call) {
        try {
            return within(quick, limits.quickDeadline(), what, call, null);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new PluginCallException(pluginId, Why.TIMED_OUT, "The caller of " + words(what) + " was interrupted");
        }
    }

    /** A long call with a deadline, on a thread of its own that is interrupted when the caller is. */
    <T, X extends Exception> T within(Duration deadline, String what, PluginCall<T, X> call, Class<X> own)
            throws X, InterruptedException {
        return within(work, deadline, what, call, own);
    }

    /** A long call that lasts as long as its caller allows, on the caller's thread. */
    <T, X extends Exception> T here(String what, PluginCall<T, X> call, Class<X> own) throws X, InterruptedException {
        enter(work, what);
        boolean placed = false;
        var ended = Ended.ABANDONED;
        long start = System.nanoTime();
        try {
            work.places().acquire();
            placed = true;
            T answer = answered(what, inside(call));
            ended = Ended.WELL;
            return answer;
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable t) {
            if (own.isInstance(t)) {
                ended = Ended.WELL;
                throw own.cast(t);
            }
            ended = Ended.BADLY;
            throw wrapped(what, t);
        } finally {
            if (placed) {
                work.places().release();
            }
            gate.leave();
            work.tell(ended);
            count(what, System.nanoTime() - start, ended);
        }
    }

    /** Refuses further calls; those that run go on. */
    void close() {
        gate.close();
    }

    /** Waits until no call runs any more; false when some still do after that time. */
    boolean awaitIdle(Duration atMost) throws InterruptedException {
        return gate.awaitIdle(atMost);
    }

    /** Whether calls are being refused because too many failed. */
    boolean isOpen() {
        return quick.breaker().isOpen() || work.breaker().isOpen();
    }

    /** Whether the last of the short calls failed, so that the next may as well. */
    boolean isAiling() {
        return quick.breaker().hasFailed();
    }

    List<CallTiming> timings() {
        return timings.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue().seen(entry.getKey()))
                .toList();
    }

    private <T, X extends Exception> T within(
            Lane lane, Duration deadline, String what, PluginCall<T, X> call, @Nullable Class<X> own)
            throws X, InterruptedException {
        long start = System.nanoTime();
        enter(lane, what);
        var ended = Ended.ABANDONED;
        try {
            FutureTask<T> task = start(lane, deadline, what, call);
            try {
                long left = deadline.toNanos() - (System.nanoTime() - start);
                T answer = answered(what, task.get(left, TimeUnit.NANOSECONDS));
                ended = Ended.WELL;
                return answer;
            } catch (TimeoutException _) {
                ended = Ended.BADLY;
                throw new PluginCallException(
                        pluginId, Why.TIMED_OUT, words(what) + " did not answer within " + deadline.toMillis() + " ms");
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (own != null && own.isInstance(cause)) {
                    ended = Ended.WELL;
                    throw own.cast(cause);
                }
                ended = Ended.BADLY;
                throw wrapped(what, cause);
            } catch (PluginCallException e) {
                ended = Ended.BADLY;
                throw e;
            } finally {
                task.cancel(true);
            }
        } finally {
            lane.tell(ended);
            count(what, System.nanoTime() - start, ended);
        }
    }

    /** Finds a place and starts the call. Place and gate are given back when the call has really ended. */
    private <T, X extends Exception> FutureTask<T> start(
            Lane lane, Duration deadline, String what, PluginCall<T, X> call) throws InterruptedException {
        boolean placed = false;
        try {
            placed = lane.places().tryAcquire(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            if (!placed) {
                gate.leave();
            }
        }
        if (!placed) {
            throw new PluginCallException(
                    pluginId, Why.BUSY, words(what) + " found no free place: " + lane.size() + " calls are running");
        }
        var task = new FutureTask<T>(() -> inside(call));
        CALLS.execute(() -> {
            try {
                task.run();
            } finally {
                lane.places().release();
                gate.leave();
            }
        });
        return task;
    }

    private void enter(Lane lane, String what) {
        if (!gate.enter()) {
            throw new PluginCallException(
                    pluginId, Why.GONE, words(what) + " cannot be called: the plugin was removed or replaced");
        }
        if (!lane.breaker().admits()) {
            gate.leave();
            throw new PluginCallException(
                    pluginId,
                    Why.CIRCUIT_OPEN,
                    words(what) + " is not called for now: the plugin failed " + limits.failuresToOpen()
                            + " times in a row and is tried again within "
                            + limits.openFor().toSeconds() + " s");
        }
    }

    private <T, X extends Exception> T inside(PluginCall<T, X> call) throws X, InterruptedException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return call.call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** A plugin compiled without null checks may return null where its interface promises a value. */
    private <T> T answered(String what, @Nullable T answer) {
        if (answer == null) {
            throw new PluginCallException(pluginId, Why.FAILED, words(what) + " returned null");
        }
        return answer;
    }

    private PluginCallException wrapped(String what, Throwable cause) {
        return cause instanceof PluginCallException own
                ? own
                : new PluginCallException(pluginId, Why.FAILED, words(what) + " threw " + cause, cause);
    }

    private String words(String what) {
        return "Plugin \"" + pluginId + "\": " + what;
    }

    private void count(String what, long nanos, Ended ended) {
        timings.computeIfAbsent(what, _ -> new TimingCount()).add(nanos, ended == Ended.BADLY);
    }
}

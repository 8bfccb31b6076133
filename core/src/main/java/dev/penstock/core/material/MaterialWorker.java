package dev.penstock.core.material;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at materials when their time has come or somebody asks. Each look runs on a thread of its own; how many there are
 * is bounded, per host by the claim. Between looks it sleeps until the next one is due. Thread-safe.
 */
public final class MaterialWorker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MaterialWorker.class);

    /** Fewer than the calls that one plugin may have at once, which leaves room for tests of connections. */
    static final int MOST_TOGETHER = 48;

    /** A server that dies holds its materials for so long. */
    private static final Duration LEASE = Duration.ofSeconds(30);

    /** Renews the leases in time, and is the net beneath signals and alarms. */
    private static final Duration TICK = Duration.ofSeconds(5);

    /** Renewed when a third of it is over, so that two renewals may fail. */
    private static final Duration RENEW_AFTER = LEASE.dividedBy(3);

    /** Looks that end within this time make room for the next ones together. */
    private static final Duration GATHER = Duration.ofMillis(2);

    /** How long {@link #close} waits for looks that it has interrupted. */
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    private final Database database;
    private final Check check;
    private final Findings findings;
    private final int perHost;
    private final Worker worker;
    private final Map<MaterialId, Thread> looks = new ConcurrentHashMap<>();
    /** When the pending alarm rings, in {@link System#nanoTime}; {@link Long#MAX_VALUE} when there is none. */
    private final AtomicLong alarm = new AtomicLong(Long.MAX_VALUE);

    /** Whether more was due than could be claimed, so that a look that ends makes room for another. */
    private volatile boolean crowded;

    private volatile boolean closed;
    private long renewedAt = System.nanoTime();

    MaterialWorker(Database database, Check check, Findings findings, int perHost, Signals signals) {
        this.database = database;
        this.check = check;
        this.findings = findings;
        this.perHost = perHost;
        this.worker = new Worker("material", TICK, this::step).wokenBy(signals, Channel.MATERIAL);
    }

    /** The loop that claims. */
    public Worker worker() {
        return worker;
    }

    private boolean step() {
        renew();
        int free = MOST_TOGETHER - looks.size();
        if (closed || free <= 0) {
            crowded = true;
            return false;
        }
        List<Claim> claims = database.inTransaction(tx -> CheckQueue.claim(tx, free, perHost, LEASE));
        claims.forEach(this::start);
        if (claims.size() == free) {
            crowded = true;
            return false;
        }
        Optional<Duration> next = database.read(CheckQueue::untilNext);
        crowded = next.filter(wait -> wait.isZero() || wait.isNegative()).isPresent();
        next.filter(Duration::isPositive).ifPresent(this::wakeAfter);
        return false;
    }

    private void renew() {
        long now = System.nanoTime();
        Set<MaterialId> held = Set.copyOf(looks.keySet());
        if (now - renewedAt >= RENEW_AFTER.toNanos()) {
            renewedAt = now;
            if (!held.isEmpty()) {
                database.useTransaction(tx -> CheckQueue.renew(tx, held, LEASE));
            }
        }
    }

    private void start(Claim claim) {
        Thread thread =
                Thread.ofVirtual().name("material-" + claim.id().value()).unstarted(() -> look(claim));
        looks.put(claim.id(), thread);
        thread.start();
    }

    private void look(Claim claim) {
        try {
            findings.keep(claim, check.look(claim));
        } catch (InterruptedException _) {
            release(claim);
        } catch (RuntimeException e) {
            if (closed) {
                release(claim);
            } else {
                var entry = log.atError().addKeyValue("material", claim.id().value());
                entry.setCause(e).log("A look at a material failed; it is looked at again when its lease is over");
            }
        } finally {
            looks.remove(claim.id());
            if (crowded) {
                wakeAfter(GATHER);
            }
        }
    }

    /** Also on a thread that was interrupted, which would get no connection. */
    private void release(Claim claim) {
        boolean interrupted = Thread.interrupted();
        try {
            database.useTransaction(tx -> CheckQueue.release(tx, Set.of(claim.id())));
        } catch (RuntimeException e) {
            log.atDebug().setCause(e).log("A claim could not be given back; it ends by itself");
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Sleeps until the next material is due: one alarm is pending, the earliest. */
    private void wakeAfter(Duration wait) {
        long at = System.nanoTime() + wait.toNanos();
        if (wait.compareTo(TICK) >= 0 || alarm.getAndAccumulate(at, Math::min) <= at) {
            return;
        }
        Executor later = CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS, Runnable::run);
        later.execute(() -> {
            alarm.compareAndSet(at, Long.MAX_VALUE);
            worker.wake();
        });
    }

    /** Ends the looks that run and gives their materials back. Call it after the worker has stopped. */
    @Override
    public void close() {
        closed = true;
        looks.values().forEach(Thread::interrupt);
        long end = System.nanoTime() + CLOSE_DEADLINE.toNanos();
        for (Thread thread : List.copyOf(looks.values())) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}

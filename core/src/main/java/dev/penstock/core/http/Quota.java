package dev.penstock.core.http;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * How many requests each of many callers may make: so many a second, of which unused ones are saved up to twice as many,
 * and so many at a time. Thread-safe: callers are apart, and each is locked for some arithmetic.
 */
final class Quota {
    /** Two megabytes or so. More are one caller together: whoever has many addresses gains nothing by them. */
    private static final int MAX_CALLERS = 20_000;

    private static final Object ALL_OTHERS = new Object();
    private static final double NANOS = 1e9;
    private static final int SAVED_SECONDS = 2;

    /** Whoever has as much under way as is possible is told to come again after so long. */
    private static final Duration A_WHILE = Duration.ofSeconds(1);

    private final int perSecond;
    private final int atOnce;
    private final LongSupplier ticker;
    private final Map<Object, Account> accounts = new ConcurrentHashMap<>();
    private final LongAdder refusals = new LongAdder();
    private volatile long sweptAt;

    /**
     * @param perSecond 0: any number
     * @param atOnce 0: any number
     * @param ticker nanoseconds of a clock that never goes back
     */
    Quota(int perSecond, int atOnce, LongSupplier ticker) {
        this.perSecond = perSecond;
        this.atOnce = atOnce;
        this.ticker = ticker;
        this.sweptAt = ticker.getAsLong();
    }

    private static final class Account {
        private double saved;
        private long at;
        private int running;

        private Account(double saved, long at) {
            this.saved = saved;
            this.at = at;
        }
    }

    /** Lets a request begin, which {@link #leave} has to end; or else says how long to wait before the next. */
    Optional<Duration> enter(Object caller) {
        long now = ticker.getAsLong();
        Account account = account(caller, now);
        Optional<Duration> wait;
        synchronized (account) {
            wait = entered(account, now);
        }
        if (wait.isPresent()) {
            refusals.increment();
        }
        return wait;
    }

    private Optional<Duration> entered(Account account, long now) {
        if (atOnce > 0 && account.running >= atOnce) {
            return Optional.of(A_WHILE);
        }
        if (perSecond > 0) {
            save(account, now);
            if (account.saved < 1) {
                return Optional.of(Duration.ofNanos((long) ((1 - account.saved) / perSecond * NANOS)));
            }
            account.saved--;
        }
        account.running++;
        return Optional.empty();
    }

    /** A request that was let in is over. */
    void leave(Object caller) {
        Account account = accounts.getOrDefault(caller, accounts.get(ALL_OTHERS));
        if (account != null) {
            synchronized (account) {
                account.running = Math.max(0, account.running - 1);
            }
        }
    }

    /** How often it was said to wait. */
    long refusals() {
        return refusals.sum();
    }

    private Account account(Object caller, long now) {
        Account known = accounts.get(caller);
        if (known != null) {
            return known;
        }
        if (accounts.size() >= MAX_CALLERS) {
            sweep(now);
        }
        Object key = accounts.size() >= MAX_CALLERS ? ALL_OTHERS : caller;
        return accounts.computeIfAbsent(key, _ -> new Account(most(), now));
    }

    private void save(Account account, long now) {
        account.saved = Math.min(most(), account.saved + (now - account.at) / NANOS * perSecond);
        account.at = now;
    }

    private double most() {
        return (double) perSecond * SAVED_SECONDS;
    }

    /** Forgets those that are as if they had never come; once in a second at most. */
    private void sweep(long now) {
        if (now - sweptAt < NANOS) {
            return;
        }
        sweptAt = now;
        accounts.values().removeIf(account -> {
            synchronized (account) {
                return account.running == 0 && now - account.at >= SAVED_SECONDS * NANOS;
            }
        });
    }
}

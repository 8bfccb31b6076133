package dev.penstock.agent.server;

import java.io.IOException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Growing waits with jitter, so that many agents do not come back at one moment. Used by one thread. */
public final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(200);

    /** A server that cannot be reached costs nothing to try, and is worth finding soon after it is back. */
    private static final Duration LONGEST_UNREACHABLE = Duration.ofMillis(2500);

    /** A server that answers "not now" has reasons. */
    private static final Duration LONGEST_BUSY = Duration.ofSeconds(20);

    private final RandomGenerator random;
    private int failures;

    public Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** How long to wait after this failure. */
    public Duration after(IOException failure) {
        failures = Math.min(failures + 1, 16);
        boolean answered = failure instanceof ServerException;
        long longest = (answered ? LONGEST_BUSY : LONGEST_UNREACHABLE).toMillis();
        long grown = Math.min(longest, FIRST.toMillis() << (failures - 1));
        if (failure instanceof ServerException.Busy busy && busy.retryAfterSeconds() > 0) {
            grown = Math.max(grown, busy.retryAfterSeconds() * 1000L);
        }
        return Duration.ofMillis(grown / 2 + random.nextLong(grown / 2 + 1));
    }

    /** How many failures there were in a row. */
    public int failures() {
        return failures;
    }

    /** It works again. */
    public void reset() {
        failures = 0;
    }
}

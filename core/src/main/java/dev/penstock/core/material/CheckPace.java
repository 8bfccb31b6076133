package dev.penstock.core.material;

import java.time.Duration;

/** How long to wait until a material is looked at again. Pure: chance is passed in. */
final class CheckPace {
    /** A host that is down for a day is asked 48 times by each material, and comes back unnoticed for half an hour. */
    private static final Duration LONGEST = Duration.ofMinutes(30);

    /** Beyond this many doublings the longest wait holds anyway. */
    private static final int MOST_DOUBLINGS = 20;

    private CheckPace() {}

    /**
     * The wait after a success: the interval, or up to a tenth less, so that materials that were made together do not
     * stay together.
     *
     * @param chance from 0 to 1
     */
    static Duration afterSuccess(Duration interval, double chance) {
        return scaled(interval, 0.9 + 0.1 * chance);
    }

    /**
     * The wait after a failure: twice as long as before it each time, give or take a fifth.
     *
     * @param failures in a row, this one included
     * @param chance from 0 to 1
     */
    static Duration afterFailure(Duration interval, int failures, double chance) {
        Duration wait = interval.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
        Duration longest = LONGEST.compareTo(interval) > 0 ? LONGEST : interval;
        return scaled(wait.compareTo(longest) > 0 ? longest : wait, 0.8 + 0.4 * chance);
    }

    private static Duration scaled(Duration wait, double factor) {
        return Duration.ofMillis(Math.round(wait.toMillis() * factor));
    }
}

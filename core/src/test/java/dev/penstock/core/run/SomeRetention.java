package dev.penstock.core.run;

import java.time.Duration;

/** Rules by which tests of retention delete. */
public final class SomeRetention {
    public static final RetentionRules THIRTY_DAYS = new RetentionRules(Duration.ofDays(30), 0, 0, 0);
    public static final RetentionRules TWO_RUNS = new RetentionRules(Duration.ZERO, 2, 0, 0);
    /** More than any disk has free, so that everything may go that can. */
    public static final RetentionRules FULL_DISK = new RetentionRules(Duration.ZERO, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    private SomeRetention() {}
}

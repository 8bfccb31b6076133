package dev.penstock.core.run;

import java.time.Duration;

/**
 * How long something of a stage run is kept.
 *
 * @param keepFor of stage runs that ended longer ago it is deleted; zero for ever
 * @param keepRuns so many newest runs of each pipeline keep it; 0 for all
 * @param purgeBelowBytes when less is free on the disk the oldest goes; 0 for never
 * @param purgeUntilBytes when so much is free that ends
 */
public record RetentionRules(Duration keepFor, int keepRuns, long purgeBelowBytes, long purgeUntilBytes) {

    /** Nothing is ever deleted. */
    public static final RetentionRules NONE = new RetentionRules(Duration.ZERO, 0, 0, 0);

    /** Whether anything is deleted for its age or the number of later runs. */
    public boolean limitAgeOrCount() {
        return !keepFor.isZero() || keepRuns > 0;
    }
}

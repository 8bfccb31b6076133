package dev.penstock.core.run;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What can happen to a stage run. */
public sealed interface StageEvent {

    /** Some of its jobs have changed, and this is how all of them stand now. */
    record JobsStand(Tally tally) implements StageEvent {}

    /** How one job stands: not over while it has no result. */
    record JobStanding(@Nullable JobResult result, @Nullable JobReason reason) {}

    /**
     * The jobs of a stage, counted.
     *
     * @param down instances for hosts that were down at the start: they are shown and not counted, unless there is
     *     nothing else
     */
    record Tally(int active, int passed, int failed, int cancelled, int down) {

        static Tally of(Collection<JobStanding> jobs) {
            int active = 0;
            int passed = 0;
            int failed = 0;
            int cancelled = 0;
            int down = 0;
            for (JobStanding job : jobs) {
                if (job.reason() == JobReason.AGENT_DOWN) {
                    down++;
                } else if (job.result() == null) {
                    active++;
                } else {
                    switch (job.result()) {
                        case PASSED -> passed++;
                        case FAILED -> failed++;
                        case CANCELLED -> cancelled++;
                    }
                }
            }
            return new Tally(active, passed, failed, cancelled, down);
        }
    }
}

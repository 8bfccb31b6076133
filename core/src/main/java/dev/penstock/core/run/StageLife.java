package dev.penstock.core.run;

import dev.penstock.core.run.StageEvent.JobsStand;
import dev.penstock.core.run.StageEvent.Tally;
import dev.penstock.core.run.StageState.Building;
import dev.penstock.core.run.StageState.Failing;
import dev.penstock.core.run.StageState.Finished;
import dev.penstock.core.run.Step.Stay;
import dev.penstock.core.run.Step.To;
import dev.penstock.core.run.Step.Why;
import java.time.Instant;

/** The rules of a stage run's life: what its jobs make of it. Cancelled outranks failed, failed outranks passed. */
public final class StageLife {
    private StageLife() {}

    public static Step<StageState> next(StageState state, StageEvent event, Instant now) {
        return switch (event) {
            case JobsStand(var tally) ->
                switch (state) {
                    case Building _, Failing _ -> settled(state, stand(tally, now));
                    case Finished _ -> new Stay<>(Why.NOT_NOW, "The stage is over");
                };
        };
    }

    /** The state that jobs make by themselves; what a stage begins with. */
    static StageState stand(Tally tally, Instant now) {
        if (tally.active() > 0) {
            return tally.failed() > 0 ? new Failing() : new Building();
        }
        if (tally.cancelled() > 0) {
            return new Finished(JobResult.CANCELLED, now);
        }
        return new Finished(tally.failed() > 0 || tally.passed() == 0 ? JobResult.FAILED : JobResult.PASSED, now);
    }

    private static Step<StageState> settled(StageState before, StageState after) {
        return before.equals(after) ? new Stay<>(Why.REPEATED, "The stage stands as before") : new To<>(after);
    }
}

package dev.penstock.core.run;

import java.time.Instant;

/** Where a stage run is in its life. */
public sealed interface StageState {

    /** Some job is not over, and none has failed. */
    record Building() implements StageState {}

    /** Some job is not over, and one has failed; its siblings go on. */
    record Failing() implements StageState {}

    /** All jobs are over. Nothing leads out of this state. */
    record Finished(JobResult result, Instant since) implements StageState {}
}

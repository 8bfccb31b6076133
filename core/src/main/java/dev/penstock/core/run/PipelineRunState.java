package dev.penstock.core.run;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a run of a pipeline is in its life. */
public sealed interface PipelineRunState {

    /** A stage of it is running. */
    record Active() implements PipelineRunState {}

    /**
     * No stage is running, and there is a next one.
     *
     * @param stage the key of the next stage
     * @param supersededBy the counter of the newer run that got the stage in place of this one; only with SUPERSEDED
     */
    record Waiting(WaitCode code, String stage, @Nullable Long supersededBy) implements PipelineRunState {
        public Waiting {
            if ((code == WaitCode.SUPERSEDED) == (supersededBy == null)) {
                throw new IllegalArgumentException("Exactly a superseded run has a run that superseded it");
            }
        }

        static Waiting on(WaitCode code, String stage) {
            return new Waiting(code, stage, null);
        }
    }

    /** There is nothing more to do, unless a person runs a stage again. */
    record Finished(JobResult result, Instant since) implements PipelineRunState {}

    /** What a run waits for. */
    enum WaitCode {
        /** The next stage is started by a person. */
        APPROVAL,
        /** The pipeline was paused when the stage ended; a person must start the next one. */
        PAUSED,
        /** The next stage is running in another run, and starts here when that ends, unless a newer run waits too. */
        STAGE_BUSY,
        /** A newer run got the stage. A person can still start it here. */
        SUPERSEDED
    }
}

package dev.penstock.core.run;

import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.ids.PipelineRunId;
import org.jdbi.v3.core.Handle;

/** Hears what may let other runs start; {@code schedule} implements it. Thread-safe. */
public interface RunListener {

    /** A stage is over. Called in the transaction that ends it, which holds the pipeline's row lock. */
    void stageEnded(Handle tx, EndedStage ended);

    /**
     * @param stage as it is written
     * @param first whether it is the first of its pipeline, which keeps new runs from starting while it is active
     */
    record EndedStage(
            PipelineId pipeline,
            PipelineRunId run,
            long runCounter,
            String stage,
            int stageCounter,
            boolean first,
            JobResult result) {}
}

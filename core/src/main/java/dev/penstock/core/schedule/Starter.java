package dev.penstock.core.schedule;

import dev.penstock.core.config.model.Variable;
import dev.penstock.core.run.NewRun;
import dev.penstock.core.run.NewRun.Cause;
import dev.penstock.core.run.NewRun.RunMaterial;
import dev.penstock.core.run.PipelineRuns;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Starts a pipeline, and remembers which changes its runs have had. Thread-safe. */
final class Starter {
    private final PipelineRuns runs;

    Starter(PipelineRuns runs) {
        this.runs = runs;
    }

    /**
     * Creates the run. The caller holds the pipeline's lock.
     *
     * @throws dev.penstock.core.platform.error.PenstockException NO_MATCHING_AGENT, before anything is written
     */
    PipelineRuns.Created start(
            Handle tx, Situation now, Cause cause, List<Variable> overrides, List<RunMaterial> materials, Instant at) {
        var created = runs.create(tx, new NewRun(now.pipeline(), cause, overrides, materials), at);
        ScheduleStore.started(tx, now.pipeline().id(), materials);
        return created;
    }
}

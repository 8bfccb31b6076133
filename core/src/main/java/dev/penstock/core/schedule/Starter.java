package dev.penstock.core.schedule;

import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.NewRun;
import dev.penstock.core.run.NewRun.Cause;
import dev.penstock.core.run.NewRun.RunMaterial;
import dev.penstock.core.run.PipelineRuns;
import dev.penstock.core.schedule.Situation.MaterialNow;
import dev.penstock.core.schedule.SituationQuery.PipelineRow;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Starts a pipeline, and remembers which changes its runs have had. Thread-safe. */
final class Starter {
    private final PipelineRuns runs;
    private final Signals signals;

    Starter(PipelineRuns runs, Signals signals) {
        this.runs = runs;
        this.signals = signals;
    }

    /**
     * Creates the run. The caller holds the pipeline's lock.
     *
     * @throws dev.penstock.core.platform.error.PenstockException NO_MATCHING_AGENT, before anything is written
     */
    PipelineRuns.Created start(
            Handle tx,
            PipelineRow row,
            Situation now,
            Cause cause,
            List<Variable> overrides,
            List<RunMaterial> materials) {
        var run = new NewRun(now.pipeline(), row.runs() + 1, cause, overrides, materials);
        var created = runs.create(tx, run, row.now());
        ScheduleStore.started(tx, now.pipeline().id(), materials);
        if (leavesSomething(now, materials)) {
            ScheduleStore.request(tx, now.pipeline().id());
            signals.raise(tx, Channel.SCHEDULE);
        }
        return created;
    }

    /** Whether newer revisions than those of the run are known: what is to become of them has to be said. */
    private static boolean leavesSomething(Situation now, List<RunMaterial> materials) {
        return materials.stream()
                .anyMatch(material -> now.materials().stream()
                        .filter(known -> known.position() == material.position())
                        .map(MaterialNow::newest)
                        .anyMatch(newest -> newest != null && newest.id() > material.modification()));
    }
}

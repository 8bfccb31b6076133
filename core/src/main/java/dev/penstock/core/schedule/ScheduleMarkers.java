package dev.penstock.core.schedule;

import dev.penstock.core.config.CurrentDefinition;
import dev.penstock.core.config.DefinitionListener;
import dev.penstock.core.config.model.Names;
import dev.penstock.core.material.RevisionListener;
import dev.penstock.core.material.UpstreamRevisions;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.RunListener;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Has pipelines looked at when something has happened that may let them start. Thread-safe. */
public final class ScheduleMarkers implements RevisionListener, DefinitionListener, RunListener {
    private final Signals signals;

    public ScheduleMarkers(Signals signals) {
        this.signals = signals;
    }

    @Override
    public void arrived(Handle tx, MaterialId material) {
        raiseIf(tx, ScheduleStore.requestUsers(tx, material) > 0);
    }

    @Override
    public void checked(Handle tx, MaterialId material) {
        raiseIf(tx, ScheduleStore.requestWaiting(tx, material) > 0);
    }

    @Override
    public void saved(Handle tx, CurrentDefinition definition) {
        ScheduleStore.request(tx, definition.id());
        signals.raise(tx, Channel.SCHEDULE);
    }

    /** What waits for the pipeline is refused when it is looked at. */
    @Override
    public void deleted(Handle tx, PipelineId id) {
        ScheduleStore.request(tx, id);
        signals.raise(tx, Channel.SCHEDULE);
    }

    /** Where nothing waits nothing is looked at: a run whose changes were all there were costs no transaction more. */
    @Override
    public void stageEnded(Handle tx, EndedStage ended) {
        List<MaterialId> arrived = List.of();
        if (ended.result() == JobResult.PASSED) {
            arrived = UpstreamRevisions.append(
                    tx,
                    new UpstreamRevisions.Passed(
                            ended.pipeline(), ended.run(), Names.key(ended.stage()), ended.stageCounter()));
        }
        raiseIf(
                tx,
                (ended.first() || !arrived.isEmpty())
                        && ScheduleStore.requestAfterStage(tx, ended.pipeline(), ended.first(), arrived) > 0);
    }

    private void raiseIf(Handle tx, boolean marked) {
        if (marked) {
            signals.raise(tx, Channel.SCHEDULE);
        }
    }
}

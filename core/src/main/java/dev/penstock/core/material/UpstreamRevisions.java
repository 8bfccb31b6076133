package dev.penstock.core.material;

import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.ids.PipelineRunId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Stages of pipelines as materials of others: each time such a stage passes, its place is a new revision. */
public final class UpstreamRevisions {
    private UpstreamRevisions() {}

    /**
     * A stage that has passed.
     *
     * @param stageKey the stage's name in lower case
     */
    public record Passed(PipelineId pipeline, PipelineRunId run, String stageKey, int stageCounter) {}

    /** Appends the revision where another pipeline names the stage; the materials that have a new revision. */
    public static List<MaterialId> append(Handle tx, Passed passed) {
        return RevisionStore.appendUpstream(tx, passed);
    }
}

package dev.penstock.core.insight;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.penstock.core.config.model.StageDefinition.Approval;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a stage, with its jobs.
 *
 * @param counters all runs of the stage in this run of the pipeline, newest first
 * @param refusal why a person could not run it again now; null when nothing stands in the way
 */
record StageDetail(
        String pipeline,
        long run,
        String label,
        @JsonUnwrapped StageRun stage,
        Approval.Type approval,
        boolean allowOnlyOnSuccess,
        boolean fetchMaterials,
        boolean cleanWorkingDirectory,
        List<Integer> counters,
        RunDetail.@Nullable Refusal refusal,
        List<Job> jobs) {}

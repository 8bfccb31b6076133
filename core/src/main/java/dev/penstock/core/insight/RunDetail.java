package dev.penstock.core.insight;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.penstock.core.config.model.StageDefinition.Approval;
import dev.penstock.core.run.StageGate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A run with all that it is made of.
 *
 * @param variables of the pipeline and those given at the start; those of stages and jobs are shown with the jobs
 */
record RunDetail(
        String pipeline,
        String group,
        long counter,
        String label,
        String state,
        @Nullable Waiting waiting,
        Run.Cause cause,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable String comment,
        int definitionVersion,
        List<Material> materials,
        List<VariableView> variables,
        List<Stage> stages) {

    /**
     * A material at the revision that the run uses.
     *
     * @param name null when it has none
     * @param changed whether anything is new in it since the run before
     * @param changes the newest of those that are new, newest first
     * @param more there are more changes than these
     */
    record Material(
            @Nullable String name,
            String type,
            String displayName,
            String destination,
            String revision,
            String fromRevision,
            boolean changed,
            List<Change> changes,
            boolean more) {}

    /**
     * A stage of the definition, with its runs.
     *
     * @param approval SUCCESS when it starts by itself
     * @param refusal why a person could not start it, or run it again, now; null when nothing stands in the way
     * @param runs newest first
     */
    record Stage(
            String name,
            Approval.Type approval,
            boolean allowOnlyOnSuccess,
            @Nullable Refusal refusal,
            List<StageWithJobs> runs) {}

    /** @param jobs null unless it is the newest of its stage */
    record StageWithJobs(
            @JsonUnwrapped StageRun stage, @Nullable List<Job> jobs) {}

    /** @param code the one of the problem that the attempt would be answered with */
    record Refusal(String code, String message) {
        static Refusal of(StageGate.Refusal refusal) {
            return new Refusal(refusal.code().name().toLowerCase(Locale.ROOT), refusal.message());
        }
    }
}

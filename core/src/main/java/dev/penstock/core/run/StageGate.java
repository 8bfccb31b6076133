package dev.penstock.core.run;

import dev.penstock.core.platform.error.ErrorCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a person may start a stage in a run now; if not, why, and what would help. Pure. */
public final class StageGate {
    private StageGate() {}

    /**
     * What counts.
     *
     * @param pipeline as it is written
     * @param run its counter
     * @param activeHere the stage of this run that is not over
     * @param activeElsewhere the counter of the run in which a stage of the same name is not over
     * @param before the stage before it in the definition of the run; null for the first
     */
    public record Situation(
            String pipeline,
            long run,
            boolean deleted,
            boolean paused,
            @Nullable String activeHere,
            @Nullable Long activeElsewhere,
            String stage,
            boolean onlyOnSuccess,
            @Nullable Before before) {}

    /**
     * The stage before.
     *
     * @param result of its newest run in this run of the pipeline; null when it has not been run
     */
    public record Before(String stage, @Nullable JobResult result) {}

    /** Why it cannot start, for programs and for people. */
    public record Refusal(ErrorCode code, String message) {}

    /** What stands in the way; empty when nothing does. */
    public static Optional<Refusal> refusal(Situation now) {
        if (now.deleted()) {
            return no(ErrorCode.CONFLICT, "Pipeline \"" + now.pipeline() + "\" is deleted; restore it first");
        }
        if (now.paused()) {
            return no(ErrorCode.PAUSED, "Pipeline \"" + now.pipeline() + "\" is paused; unpause it first");
        }
        String run = "\"" + now.pipeline() + "/" + now.run() + "\"";
        if (now.activeHere() != null) {
            return no(
                    ErrorCode.ALREADY_RUNNING,
                    "Stage \"" + now.activeHere() + "\" of run " + run
                            + " is not over; wait for its end, or cancel it");
        }
        if (now.activeElsewhere() != null) {
            return no(
                    ErrorCode.ALREADY_RUNNING,
                    "Stage \"" + now.stage() + "\" is not over in run \"" + now.pipeline() + "/" + now.activeElsewhere()
                            + "\"; wait for its end, or cancel it");
        }
        Before before = now.before();
        if (before != null && before.result() == null) {
            return no(
                    ErrorCode.NOT_RUNNABLE,
                    "Stage \"" + before.stage() + "\" comes first and has not been run in run " + run + "; start it");
        }
        if (before != null && now.onlyOnSuccess() && before.result() != JobResult.PASSED) {
            return no(
                    ErrorCode.NOT_RUNNABLE,
                    "Stage \"" + now.stage() + "\" starts only when \"" + before.stage() + "\" has passed, and that is "
                            + before.result() + " in run " + run + "; run it again");
        }
        return Optional.empty();
    }

    private static Optional<Refusal> no(ErrorCode code, String message) {
        return Optional.of(new Refusal(code, message));
    }
}

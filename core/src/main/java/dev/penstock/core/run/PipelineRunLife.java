package dev.penstock.core.run;

import dev.penstock.core.run.PipelineRunEvent.CancelRequested;
import dev.penstock.core.run.PipelineRunEvent.Ended;
import dev.penstock.core.run.PipelineRunEvent.Parked;
import dev.penstock.core.run.PipelineRunEvent.StageStarted;
import dev.penstock.core.run.PipelineRunEvent.Superseded;
import dev.penstock.core.run.PipelineRunState.Active;
import dev.penstock.core.run.PipelineRunState.Finished;
import dev.penstock.core.run.PipelineRunState.WaitCode;
import dev.penstock.core.run.PipelineRunState.Waiting;
import dev.penstock.core.run.Step.Stay;
import dev.penstock.core.run.Step.To;
import dev.penstock.core.run.Step.Why;
import java.time.Instant;

/** The rules of a pipeline run's life. */
public final class PipelineRunLife {
    private PipelineRunLife() {}

    public static Step<PipelineRunState> next(PipelineRunState state, PipelineRunEvent event, Instant now) {
        return switch (state) {
            case Active _ -> whileActive(event, now);
            case Waiting waiting -> whileWaiting(waiting, event, now);
            case Finished _ -> afterTheEnd(event);
        };
    }

    private static Step<PipelineRunState> whileActive(PipelineRunEvent event, Instant now) {
        return switch (event) {
            case Ended(var result) -> new To<>(new Finished(result, now));
            case Parked(var code, var stage) -> new To<>(Waiting.on(code, stage));
            case StageStarted _ -> new Stay<>(Why.NOT_NOW, "A stage of the run is active");
            case Superseded _ -> new Stay<>(Why.NOT_NOW, "The run does not wait");
            case CancelRequested _ -> new Stay<>(Why.NOT_NOW, "The run ends when its active stage is cancelled");
        };
    }

    private static Step<PipelineRunState> whileWaiting(Waiting state, PipelineRunEvent event, Instant now) {
        return switch (event) {
            case StageStarted _ -> new To<>(new Active());
            case CancelRequested _ -> new To<>(new Finished(JobResult.CANCELLED, now));
            case Superseded(var counter)
            when state.code() == WaitCode.STAGE_BUSY ->
                new To<>(new Waiting(WaitCode.SUPERSEDED, state.stage(), counter));
            // The stage is free again, and the pipeline was paused meanwhile.
            case Parked(var code, var stage)
            when state.code() == WaitCode.STAGE_BUSY && code == WaitCode.PAUSED -> new To<>(Waiting.on(code, stage));
            case Superseded _ -> new Stay<>(Why.NOT_NOW, "The run does not wait for a busy stage");
            case Ended _, Parked _ -> new Stay<>(Why.NOT_NOW, "No stage of the run is active");
        };
    }

    private static Step<PipelineRunState> afterTheEnd(PipelineRunEvent event) {
        return switch (event) {
            case StageStarted _ -> new To<>(new Active());
            case CancelRequested _ -> new Stay<>(Why.NOT_NOW, "The run is over");
            case Ended _, Parked _, Superseded _ -> new Stay<>(Why.NOT_NOW, "The run is over");
        };
    }
}

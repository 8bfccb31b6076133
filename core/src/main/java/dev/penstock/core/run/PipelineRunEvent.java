package dev.penstock.core.run;

import dev.penstock.core.run.PipelineRunState.WaitCode;

/** What can happen to a run of a pipeline. */
public sealed interface PipelineRunEvent {

    /** A stage of it starts: the next one, or one again. */
    record StageStarted() implements PipelineRunEvent {}

    /** The stage that was running is over, and nothing follows by itself. */
    record Ended(JobResult result) implements PipelineRunEvent {}

    /** The stage that was running has passed, and the next one does not start now. */
    record Parked(WaitCode code, String nextStage) implements PipelineRunEvent {}

    /** A newer run got the stage that this one waits for. */
    record Superseded(long byCounter) implements PipelineRunEvent {}

    /** A person does not want it to go on; its running stage, if there is one, is cancelled by its jobs. */
    record CancelRequested() implements PipelineRunEvent {}
}

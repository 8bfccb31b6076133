package dev.penstock.core.run;

import dev.penstock.core.run.JobEvent.AgentRevoked;
import dev.penstock.core.run.JobEvent.Ended;
import dev.penstock.core.run.JobState.Finished;
import dev.penstock.core.run.JobState.Held;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt came out, which need not be how its job does.
 *
 * @param reported the agent said so itself, so everything it had to say has arrived
 */
record AttemptEnd(
        Outcome outcome,
        @Nullable JobReason reason,
        @Nullable String message,
        boolean reported) {

    /** The outcomes of an attempt. */
    enum Outcome {
        PASSED,
        FAILED,
        CANCELLED,
        /** No word from the agent, or the agent itself said that it was interrupted. */
        LOST,
        /** The agent was deleted meanwhile, or the job was put back before it reached the agent. */
        REVOKED
    }

    /** The end of the attempt that a step brings with it, if it does. */
    static Optional<AttemptEnd> of(JobState before, JobEvent event, JobState after) {
        if (!(before instanceof Held) || after instanceof Held) {
            return Optional.empty();
        }
        return Optional.of(
                switch (event) {
                    case Ended ended
                    when ended.reason() == JobReason.AGENT_RESTARTED ->
                        new AttemptEnd(Outcome.LOST, JobReason.AGENT_RESTARTED, ended.message(), true);
                    case Ended ended ->
                        after instanceof Finished(var result, var reason, var message, var _, var _, var _)
                                ? new AttemptEnd(Outcome.valueOf(result.name()), reason, message, true)
                                : new AttemptEnd(
                                        Outcome.valueOf(ended.result().name()), ended.reason(), ended.message(), true);
                    case AgentRevoked _ ->
                        new AttemptEnd(Outcome.REVOKED, JobReason.AGENT_REVOKED, "The agent was deleted", false);
                    case JobEvent.Unassignable(var message) ->
                        new AttemptEnd(Outcome.FAILED, JobReason.UNASSIGNABLE, message, false);
                    case JobEvent.PutBack(var message) -> new AttemptEnd(Outcome.REVOKED, null, message, false);
                    case JobEvent.Claimed _,
                            JobEvent.Reported _,
                            JobEvent.CancelRequested _,
                            JobEvent.LeaseExpired _,
                            JobEvent.QueueTimedOut _,
                            JobEvent.RerunDecided _,
                            JobEvent.GivenUp _ ->
                        new AttemptEnd(Outcome.LOST, JobReason.AGENT_LOST, "The agent fell silent", false);
                });
    }
}

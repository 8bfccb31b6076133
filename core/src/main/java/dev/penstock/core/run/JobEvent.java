package dev.penstock.core.run;

import dev.penstock.agent.protocol.JobReport;
import dev.penstock.core.platform.ids.AgentId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can happen to a job run. */
public sealed interface JobEvent {

    /** An agent takes it; the attempt's number is in the state that follows. */
    record Claimed(AgentId agent, String agentName) implements JobEvent {}

    /** The holder is at work: renews the lease, with or without progress. */
    record Reported(AgentId agent, int attempt, Progress progress) implements JobEvent {}

    /**
     * The holder is done.
     *
     * @param reason null when it passed; AGENT_RESTARTED is the loss of an agent, told by the agent itself
     * @param message one line; null when it passed
     */
    record Ended(
            AgentId agent,
            int attempt,
            JobResult result,
            @Nullable JobReason reason,
            @Nullable String message,
            Progress progress)
            implements JobEvent {}

    /** A person wants it stopped. */
    record CancelRequested(String by) implements JobEvent {}

    /** The lease may have ended; whether it has is decided under the row's lock. */
    record LeaseExpired() implements JobEvent {}

    /** The agent was deleted, or may not work any more: what it holds is not its own from now on. */
    record AgentRevoked(AgentId agent) implements JobEvent {}

    /** No assignment can be made of it, for example because a secret is missing or its pinned agent was deleted. */
    record Unassignable(String message) implements JobEvent {}

    /** No assignment could be made because a plugin did not answer; nothing has reached the agent, and it waits again. */
    record PutBack(String message) implements JobEvent {}

    /** It has waited for an agent as long as its definition allows. */
    record QueueTimedOut(String message) implements JobEvent {}

    /** A person wants a lost job to run again. */
    record RerunDecided(String by) implements JobEvent {}

    /** A person does not want a lost job to run again. */
    record GivenUp(String by) implements JobEvent {}

    /**
     * What a report says about the way so far; everything in it is cumulative.
     *
     * @param phases all phases entered so far, with the agent's times
     * @param tasks all tasks begun so far
     */
    record Progress(List<JobReport.PhaseEntered> phases, List<JobReport.TaskRun> tasks) {
        public static final Progress NONE = new Progress(List.of(), List.of());

        public Progress {
            phases = List.copyOf(phases);
            tasks = List.copyOf(tasks);
        }

        /** The latest phase of the way; empty in a report that only renews the lease. */
        public Optional<JobReport.Phase> phase() {
            return phases.stream().map(JobReport.PhaseEntered::phase).max(Enum::compareTo);
        }
    }
}

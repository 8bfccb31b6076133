package dev.penstock.agent.job;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a job comes to, by how its work ended. Pure. */
record Outcome(
        Result result, @Nullable Reason reason, @Nullable String message) {

    /** Of work that went to its end. */
    static Outcome of(@Nullable Failure failure) {
        return failure == null
                ? new Outcome(Result.PASSED, null, null)
                : new Outcome(Result.FAILED, failure.reason(), failure.getMessage());
    }

    /** Of work that was stopped. */
    static Outcome of(@Nullable Stop why, JobAssignment job) {
        return switch (why) {
            case CANCELLED -> new Outcome(Result.CANCELLED, Reason.CANCELLED, "The job was cancelled");
            case IDLE_TIMEOUT ->
                new Outcome(
                        Result.FAILED,
                        Reason.IDLE_TIMEOUT,
                        "The job printed nothing for " + words(job.idleTimeoutSeconds())
                                + ", its limit for silence, and was ended");
            case TOTAL_TIMEOUT ->
                new Outcome(
                        Result.FAILED,
                        Reason.TOTAL_TIMEOUT,
                        "The job ran for " + words(job.totalTimeoutSeconds()) + ", its time limit, and was ended");
            case SHUTDOWN ->
                new Outcome(Result.FAILED, Reason.AGENT_RESTARTED, "The agent was stopped while the job ran");
            case SUPERSEDED ->
                new Outcome(Result.CANCELLED, Reason.CANCELLED, "The job is no longer this agent's, and was ended");
            case null -> new Outcome(Result.FAILED, Reason.AGENT_ERROR, "The job was interrupted in the agent");
        };
    }

    private static String words(int seconds) {
        return seconds % 60 == 0 ? Duration.ofSeconds(seconds).toMinutes() + " min" : seconds + " s";
    }
}

package dev.penstock.core.run;

import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.run.JobEvent.AgentRevoked;
import dev.penstock.core.run.JobEvent.CancelRequested;
import dev.penstock.core.run.JobEvent.Claimed;
import dev.penstock.core.run.JobEvent.Ended;
import dev.penstock.core.run.JobEvent.GivenUp;
import dev.penstock.core.run.JobEvent.LeaseExpired;
import dev.penstock.core.run.JobEvent.PutBack;
import dev.penstock.core.run.JobEvent.QueueTimedOut;
import dev.penstock.core.run.JobEvent.Reported;
import dev.penstock.core.run.JobEvent.RerunDecided;
import dev.penstock.core.run.JobEvent.Unassignable;
import dev.penstock.core.run.JobState.Assigned;
import dev.penstock.core.run.JobState.Cancelling;
import dev.penstock.core.run.JobState.Finished;
import dev.penstock.core.run.JobState.Held;
import dev.penstock.core.run.JobState.Lost;
import dev.penstock.core.run.JobState.Running;
import dev.penstock.core.run.JobState.Scheduled;
import dev.penstock.core.run.Step.Stay;
import dev.penstock.core.run.Step.To;
import dev.penstock.core.run.Step.Why;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The rules of a job run's life. Pure: all that counts comes in as a value. */
public final class JobLife {
    /** An agent that still reports keeps a cancelled job at most this long: on-cancel tasks need time, not an hour. */
    static final Duration CANCEL_LIMIT = Duration.ofMinutes(10);

    private JobLife() {}

    /**
     * What an event means in a state.
     *
     * @param onLoss what the job's definition says about the loss of its agent
     * @param now the database's time
     */
    public static Step<JobState> next(JobState state, JobEvent event, OnAgentLoss onLoss, Instant now) {
        return switch (state) {
            case Scheduled waiting -> whileWaiting(waiting, event, now);
            case Cancelling cancelling -> whileCancelling(cancelling, event, now);
            case Assigned assigned -> whileHeld(assigned, event, onLoss, now);
            case Running running -> whileHeld(running, event, onLoss, now);
            case Lost lost -> whileLost(lost, event, now);
            case Finished finished -> afterTheEnd(finished, event);
        };
    }

    private static Step<JobState> whileWaiting(Scheduled state, JobEvent event, Instant now) {
        return switch (event) {
            case Claimed(var agent, var _) ->
                new To<>(new Assigned(agent, state.attempt() + 1, now, now.plus(Protocol.LEASE)));
            case CancelRequested(var by) -> cancelled(by, state.attempt(), null, now);
            case Unassignable(var message) -> failed(JobReason.UNASSIGNABLE, message, state.attempt(), now);
            case QueueTimedOut(var message) -> failed(JobReason.QUEUE_TIMEOUT, message, state.attempt(), now);
            case Reported _, Ended _ -> new Stay<>(Why.FENCED, "The job waits for an agent");
            case LeaseExpired _, AgentRevoked _, PutBack _, RerunDecided _, GivenUp _ ->
                new Stay<>(Why.NOT_NOW, "The job waits for an agent");
        };
    }

    private static Step<JobState> whileHeld(Held state, JobEvent event, OnAgentLoss onLoss, Instant now) {
        return switch (event) {
            case Reported reported
            when isBy(reported.agent(), reported.attempt(), state) -> new To<>(renewed(state, reported, now));
            case Ended ended
            when isBy(ended.agent(), ended.attempt(), state) ->
                ended.reason() == JobReason.AGENT_RESTARTED
                        ? lost(state, JobReason.AGENT_RESTARTED, onLoss, now)
                        : ended(ended, now);
            case CancelRequested(var by) ->
                new To<>(new Cancelling(state.agent(), state.attempt(), by, now, state.leaseUntil()));
            case LeaseExpired _ when !state.leaseUntil().isAfter(now) -> lost(state, JobReason.AGENT_LOST, onLoss, now);
            case AgentRevoked(var agent)
            when agent.equals(state.agent()) -> lost(state, JobReason.AGENT_REVOKED, onLoss, now);
            case Unassignable(var message)
            when state instanceof Assigned -> failed(JobReason.UNASSIGNABLE, message, state.attempt(), now);
            case PutBack _ when state instanceof Assigned -> new To<>(new Scheduled(state.attempt(), now));
            case Reported _, Ended _ -> fenced(state);
            case LeaseExpired _ -> new Stay<>(Why.NOT_NOW, "The lease was renewed");
            case Claimed _, AgentRevoked _, Unassignable _, PutBack _, QueueTimedOut _, RerunDecided _, GivenUp _ ->
                new Stay<>(Why.NOT_NOW, "Agent " + state.agent().value() + " has the job");
        };
    }

    private static Step<JobState> whileCancelling(Cancelling state, JobEvent event, Instant now) {
        return switch (event) {
            case Reported reported
            when isBy(reported.agent(), reported.attempt(), state) -> new To<>(renewed(state, reported, now));
            case Ended ended
            when isBy(ended.agent(), ended.attempt(), state) ->
                cancelled(state.by(), state.attempt(), state.agent(), now);
            case LeaseExpired _
            when !state.leaseUntil().isAfter(now) -> cancelled(state.by(), state.attempt(), null, now);
            case AgentRevoked(var agent)
            when agent.equals(state.agent()) -> cancelled(state.by(), state.attempt(), null, now);
            case Unassignable _, PutBack _ -> cancelled(state.by(), state.attempt(), null, now);
            case Reported _, Ended _ -> fenced(state);
            case CancelRequested _ -> new Stay<>(Why.REPEATED, "The job is being cancelled");
            case LeaseExpired _ -> new Stay<>(Why.NOT_NOW, "The lease was renewed");
            case Claimed _, AgentRevoked _, QueueTimedOut _, RerunDecided _, GivenUp _ ->
                new Stay<>(Why.NOT_NOW, "The job is being cancelled");
        };
    }

    private static Step<JobState> whileLost(Lost state, JobEvent event, Instant now) {
        return switch (event) {
            case RerunDecided _ -> new To<>(new Scheduled(state.attempt(), now));
            case GivenUp(var by) -> failed(state.reason(), "Given up by " + by, state.attempt(), now);
            case CancelRequested(var by) -> cancelled(by, state.attempt(), null, now);
            case Reported _, Ended _ ->
                new Stay<>(Why.FENCED, "The attempt counts as lost; a person decides about the job");
            case Claimed _, LeaseExpired _, AgentRevoked _, Unassignable _, PutBack _, QueueTimedOut _ ->
                new Stay<>(Why.NOT_NOW, "A person must decide whether the job runs again");
        };
    }

    private static Step<JobState> afterTheEnd(Finished state, JobEvent event) {
        return switch (event) {
            case Ended ended
            when ended.agent().equals(state.reportedBy()) && ended.attempt() == state.attempt() ->
                new Stay<>(Why.REPEATED, "The result is known");
            case Reported _, Ended _ -> new Stay<>(Why.FENCED, "The job is over");
            case Claimed _,
                    CancelRequested _,
                    LeaseExpired _,
                    AgentRevoked _,
                    Unassignable _,
                    PutBack _,
                    QueueTimedOut _,
                    RerunDecided _,
                    GivenUp _ -> new Stay<>(Why.NOT_NOW, "The job is over");
        };
    }

    private static boolean isBy(AgentId agent, int attempt, Held state) {
        return agent.equals(state.agent()) && attempt == state.attempt();
    }

    private static Step<JobState> fenced(Held state) {
        return new Stay<>(
                Why.FENCED,
                "Attempt " + state.attempt() + " on agent " + state.agent().value() + " has the job");
    }

    private static JobState renewed(Held state, Reported reported, Instant now) {
        Instant lease = now.plus(Protocol.LEASE);
        return switch (state) {
            case Assigned assigned ->
                new Running(
                        assigned.agent(),
                        assigned.attempt(),
                        reported.progress().phase().orElse(Phase.PREPARING),
                        now,
                        lease);
            case Running running -> {
                // Reports may arrive in another order than they were sent: a phase never goes back.
                Phase phase = reported.progress().phase().orElse(running.phase());
                yield phase.compareTo(running.phase()) > 0
                        ? new Running(running.agent(), running.attempt(), phase, now, lease)
                        : new Running(running.agent(), running.attempt(), running.phase(), running.since(), lease);
            }
            case Cancelling cancelling -> {
                Instant limit = cancelling.since().plus(CANCEL_LIMIT);
                yield new Cancelling(
                        cancelling.agent(),
                        cancelling.attempt(),
                        cancelling.by(),
                        cancelling.since(),
                        lease.isBefore(limit) ? lease : limit);
            }
        };
    }

    private static Step<JobState> lost(Held state, JobReason reason, OnAgentLoss onLoss, Instant now) {
        return switch (onLoss.policy()) {
            case ASK -> new To<>(new Lost(state.agent(), state.attempt(), reason, now));
            case RERUN ->
                state.attempt() <= onLoss.maxReruns()
                        ? new To<>(new Scheduled(state.attempt(), now))
                        : failed(
                                reason,
                                "Lost its agent in " + state.attempt() + " of at most " + (onLoss.maxReruns() + 1)
                                        + " attempts",
                                state.attempt(),
                                now);
        };
    }

    private static Step<JobState> ended(Ended ended, Instant now) {
        return new To<>(
                new Finished(ended.result(), ended.reason(), ended.message(), ended.attempt(), ended.agent(), now));
    }

    private static Step<JobState> failed(JobReason reason, String message, int attempt, Instant now) {
        return new To<>(new Finished(JobResult.FAILED, reason, message, attempt, null, now));
    }

    private static Step<JobState> cancelled(String by, int attempt, @Nullable AgentId reportedBy, Instant now) {
        return new To<>(
                new Finished(JobResult.CANCELLED, JobReason.CANCELLED, "Cancelled by " + by, attempt, reportedBy, now));
    }
}

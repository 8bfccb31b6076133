package dev.penstock.core.run;

import org.jspecify.annotations.Nullable;

/** The stable words for states and events of jobs in rows, events and answers. */
final class JobWords {
    private JobWords() {}

    static String of(JobState state) {
        return switch (state) {
            case JobState.Scheduled _ -> "SCHEDULED";
            case JobState.Assigned _ -> "ASSIGNED";
            case JobState.Running _ -> "RUNNING";
            case JobState.Cancelling _ -> "CANCELLING";
            case JobState.Lost _ -> "LOST";
            case JobState.Finished _ -> "FINISHED";
        };
    }

    static String of(JobEvent event) {
        return switch (event) {
            case JobEvent.Claimed _ -> "CLAIMED";
            case JobEvent.Reported _ -> "REPORTED";
            case JobEvent.Ended _ -> "ENDED";
            case JobEvent.CancelRequested _ -> "CANCEL_REQUESTED";
            case JobEvent.LeaseExpired _ -> "LEASE_EXPIRED";
            case JobEvent.AgentRevoked _ -> "AGENT_REVOKED";
            case JobEvent.Unassignable _ -> "UNASSIGNABLE";
            case JobEvent.PutBack _ -> "PUT_BACK";
            case JobEvent.QueueTimedOut _ -> "QUEUE_TIMED_OUT";
            case JobEvent.RerunDecided _ -> "RERUN_DECIDED";
            case JobEvent.GivenUp _ -> "GIVEN_UP";
        };
    }

    /** The person or agent behind the event; null when it was the server itself. */
    static @Nullable String byWhom(JobEvent event) {
        return switch (event) {
            case JobEvent.Claimed claimed -> claimed.agentName();
            case JobEvent.CancelRequested asked -> asked.by();
            case JobEvent.RerunDecided decided -> decided.by();
            case JobEvent.GivenUp decided -> decided.by();
            case JobEvent.Reported reported -> reported.agent().value().toString();
            case JobEvent.Ended ended -> ended.agent().value().toString();
            case JobEvent.LeaseExpired _,
                    JobEvent.AgentRevoked _,
                    JobEvent.Unassignable _,
                    JobEvent.PutBack _,
                    JobEvent.QueueTimedOut _ -> null;
        };
    }
}

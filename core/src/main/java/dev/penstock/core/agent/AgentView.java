package dev.penstock.core.agent;

import dev.penstock.core.agent.AgentQuery.CurrentJob;
import dev.penstock.core.agent.AgentQuery.Listed;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An agent as the API shows it.
 *
 * @param lowDisk it gets no work because its disk is nearly full
 */
record AgentView(
        UUID id,
        AgentState state,
        Activity activity,
        String hostName,
        String ipAddress,
        String operatingSystem,
        String user,
        String workingDirectory,
        long freeBytes,
        boolean lowDisk,
        String version,
        int protocolVersion,
        String keyFingerprint,
        List<String> resources,
        List<String> environments,
        Instant registeredAt,
        @Nullable String enabledBy,
        Instant lastSeenAt,
        @Nullable CurrentJob currentJob) {

    /** What an agent does. */
    enum Activity {
        IDLE,
        BUILDING,
        CANCELLING,
        /** Not heard of for a minute. */
        LOST_CONTACT
    }

    static AgentView of(Listed listed) {
        Agent agent = listed.agent();
        return new AgentView(
                agent.id().value(),
                agent.state(),
                activity(agent, listed.job()),
                agent.facts().hostName(),
                agent.facts().ipAddress(),
                agent.facts().operatingSystem(),
                agent.facts().user(),
                agent.facts().workingDirectory(),
                agent.facts().freeBytes(),
                agent.hasLowDisk(),
                agent.facts().agentVersion(),
                agent.protocolVersion(),
                agent.keyFingerprint(),
                agent.resources(),
                agent.environments(),
                agent.registeredAt(),
                agent.enabledBy(),
                agent.lastSeenAt(),
                listed.job());
    }

    private static Activity activity(Agent agent, @Nullable CurrentJob job) {
        if (!agent.isLive()) {
            return Activity.LOST_CONTACT;
        }
        if (job == null) {
            return Activity.IDLE;
        }
        return job.state().equals("CANCELLING") ? Activity.CANCELLING : Activity.BUILDING;
    }
}

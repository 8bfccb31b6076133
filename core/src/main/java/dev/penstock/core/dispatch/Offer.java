package dev.penstock.core.dispatch;

import dev.penstock.core.agent.Agent;
import dev.penstock.core.agent.AgentState;
import dev.penstock.core.platform.ids.AgentId;
import java.util.Set;

/**
 * An agent as jobs look at it.
 *
 * @param name of its host
 * @param live heard of lately
 * @param lowDisk no job would get far on it
 * @param resources in lower case
 * @param environments in lower case
 */
record Offer(
        AgentId agent,
        String name,
        boolean enabled,
        boolean live,
        boolean lowDisk,
        Set<String> resources,
        Set<String> environments) {

    static Offer of(Agent agent) {
        return new Offer(
                agent.id(),
                agent.facts().hostName(),
                agent.state() == AgentState.ENABLED,
                agent.isLive(),
                agent.hasLowDisk(),
                agent.resourceKeys(),
                agent.environmentKeys());
    }

    /** The same agent, which has just asked for work itself. */
    Offer asking(long freeBytes) {
        boolean low = freeBytes >= 0 && freeBytes < Agent.MIN_FREE_BYTES;
        return new Offer(agent, name, enabled, true, low, resources, environments);
    }
}

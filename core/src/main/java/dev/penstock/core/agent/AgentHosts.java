package dev.penstock.core.agent;

import dev.penstock.core.run.AgentDirectory;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Answers from the rows themselves, in the transaction that starts the jobs: a host enabled before it counts. */
final class AgentHosts implements AgentDirectory {

    @Override
    public List<Host> matching(Handle tx, Collection<String> resources, @Nullable String environment) {
        return AgentStore.all(tx).stream()
                .filter(agent -> agent.state() == AgentState.ENABLED)
                .filter(agent -> agent.resourceKeys().containsAll(resources))
                .filter(agent -> belongs(agent.environmentKeys(), environment))
                .map(agent -> new Host(agent.id(), agent.facts().hostName(), agent.isLive()))
                .toList();
    }

    /** A pipeline of no environment runs on agents of no environment. */
    private static boolean belongs(Set<String> environments, @Nullable String environment) {
        return environment == null
                ? environments.isEmpty()
                : environments.contains(environment.toLowerCase(Locale.ROOT));
    }
}

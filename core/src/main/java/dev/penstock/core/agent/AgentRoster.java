package dev.penstock.core.agent;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.AgentId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * All agents, as the rows said at most {@link #MAX_AGE} ago: what each request of an agent is checked against, so that a
 * disabled or deleted one is refused on every server within that time, and at once on the server where it was done.
 * Thread-safe: an immutable snapshot behind a volatile field; one thread at a time renews it.
 */
public final class AgentRoster {
    /** One query of all agents in this time, while anybody asks; half of the ten seconds that are promised. */
    static final Duration MAX_AGE = Duration.ofSeconds(4);

    private final Database database;
    private final InstantSource clock;
    private final ReentrantLock renewing = new ReentrantLock();
    private volatile @Nullable Snapshot snapshot;

    public AgentRoster(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    private record Snapshot(Map<AgentId, Agent> agents, long takenAt) {}

    /** The agent, unless it is unknown or deleted. */
    public Optional<Agent> find(AgentId id) {
        return Optional.ofNullable(current().agents().get(id));
    }

    /** All agents that are not deleted, by id, as they are known at this moment. Does not change. */
    public Map<AgentId, Agent> byId() {
        return current().agents();
    }

    /** All agents that are not deleted. */
    public Collection<Agent> all() {
        return current().agents().values();
    }

    /**
     * Looks at one agent again. Called after the commit of each change of it: when a thousand agents come at once, they
     * cost a query of one row each, and not one of a thousand.
     */
    void refresh(AgentId id) {
        renewing.lock();
        try {
            Snapshot known = snapshot;
            if (known == null || !isFresh(known)) {
                snapshot = null;
                return;
            }
            Map<AgentId, Agent> agents = new HashMap<>(known.agents());
            database.read(handle -> AgentStore.find(handle, id))
                    .ifPresentOrElse(agent -> agents.put(id, agent), () -> agents.remove(id));
            snapshot = new Snapshot(Collections.unmodifiableMap(agents), known.takenAt());
        } catch (JdbiException _) {
            snapshot = null; // the change is done; the next reader asks for all
        } finally {
            renewing.unlock();
        }
    }

    /** Makes the next reader ask the database. */
    public void forget() {
        renewing.lock();
        try {
            snapshot = null;
        } finally {
            renewing.unlock();
        }
    }

    private Snapshot current() {
        Snapshot known = snapshot;
        if (known != null && isFresh(known)) {
            return known;
        }
        renewing.lock();
        try {
            known = snapshot;
            if (known == null || !isFresh(known)) {
                long takenAt = clock.millis();
                Map<AgentId, Agent> agents = database.read(AgentStore::all).stream()
                        .collect(Collectors.toUnmodifiableMap(Agent::id, Function.identity()));
                known = new Snapshot(agents, takenAt);
                snapshot = known;
            }
            return known;
        } finally {
            renewing.unlock();
        }
    }

    private boolean isFresh(Snapshot known) {
        long age = clock.millis() - known.takenAt();
        return age >= 0 && age < MAX_AGE.toMillis();
    }
}

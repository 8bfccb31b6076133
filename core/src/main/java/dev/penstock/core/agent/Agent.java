package dev.penstock.core.agent;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.core.platform.ids.AgentId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An agent, as its row says.
 *
 * @param publicJwk its public key
 * @param keyFingerprint of that key, for people to compare
 * @param generation tokens of an older one are refused
 * @param resources as written
 * @param environments as written
 * @param silence since it was last heard of, by the database's clock
 */
public record Agent(
        AgentId id,
        AgentState state,
        String publicJwk,
        String keyFingerprint,
        int generation,
        AgentFacts facts,
        int protocolVersion,
        List<String> resources,
        List<String> environments,
        Instant registeredAt,
        @Nullable String enabledBy,
        Instant lastSeenAt,
        Duration silence) {
    /** An idle agent asks every 25 seconds, a busy one too: two lost answers are no loss of contact. */
    public static final Duration LIVE = Duration.ofSeconds(60);

    /** Below it a checkout or a build would only fail; the same figure as GoCD's warning, but it counts. */
    public static final long MIN_FREE_BYTES = 100L << 20;

    public Agent {
        resources = List.copyOf(resources);
        environments = List.copyOf(environments);
    }

    /** Whether it was heard of lately. */
    public boolean isLive() {
        return silence.compareTo(LIVE) < 0;
    }

    /** Whether its disk is too full for any job; an agent that does not know has room. */
    public boolean hasLowDisk() {
        return facts.freeBytes() >= 0 && facts.freeBytes() < MIN_FREE_BYTES;
    }

    /** Its resources as jobs ask for them. */
    public Set<String> resourceKeys() {
        return keys(resources);
    }

    /** Its environments as jobs ask for them. */
    public Set<String> environmentKeys() {
        return keys(environments);
    }

    private static Set<String> keys(List<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}

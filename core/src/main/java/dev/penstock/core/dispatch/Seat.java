package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.core.agent.Agent;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.PipelineId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What this server remembers of one agent between its polls; nothing that would be missed. Guarded by {@link Seats}. */
final class Seat {
    /** An agent that is told again and again while it ends a job would be kept from ending it. */
    private static final long TELL_AGAIN = Duration.ofSeconds(10).toNanos();

    /** As long as two reports may be apart: one that comes meanwhile shows that the job is there after all. */
    static final long MISSING_FOR = Duration.ofSeconds(15).toNanos();

    private static final int MAX_WARM = 16;

    final AgentId agent;

    @Nullable
    Parked parked;
    /** A job is on its way to the agent; its poll is not answered with anything else. */
    boolean taken;

    /** By its rows it has, or may have, a job that its poll does not name; no other could be claimed for it. */
    boolean owed;

    /** Not before this time is it asked to take a job. */
    long notBefore;

    long lastSeen;
    private @Nullable Agent seenAs;
    private @Nullable Offer offer;
    private final Map<HeldJob, Long> told = new HashMap<>();
    private final Map<HeldJob, Missing> missing = new HashMap<>();
    private final Map<PipelineId, Boolean> warm = new LinkedHashMap<>(MAX_WARM, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PipelineId, Boolean> eldest) {
            return size() > MAX_WARM;
        }
    };

    Seat(AgentId agent) {
        this.agent = agent;
    }

    /**
     * A poll that waits for its answer.
     *
     * @param since in nanoseconds of the monotonic clock
     * @param until answered with nothing then
     */
    record Parked(PollRequest request, CompletableFuture<PollReply> answer, long since, long until) {}

    /** @param since when it was noticed, and {@code leaseUntil} what its row said then */
    private record Missing(long since, double leaseUntil) {}

    /** The agent as the roster has it now, with what it said itself in its poll. */
    @SuppressWarnings("ReferenceEquality") // the roster keeps its agents until it looks again, and then has new ones
    Offer offer(Agent agent, PollRequest request) {
        Offer known = offer;
        if (known == null || seenAs != agent) {
            known = Offer.of(agent);
            offer = known;
            seenAs = agent;
        }
        return known.asking(request.facts().freeBytes());
    }

    Set<PipelineId> warm() {
        return warm.isEmpty() ? Set.of() : Set.copyOf(warm.keySet());
    }

    void warmedBy(PipelineId pipeline) {
        warm.put(pipeline, true);
    }

    /** Those of the jobs that the agent was not told of a moment ago; it counts as told of them now. */
    List<HeldJob> tell(List<HeldJob> jobs, long now) {
        told.values().removeIf(at -> now - at >= TELL_AGAIN);
        List<HeldJob> news = new ArrayList<>();
        for (HeldJob job : jobs) {
            if (told.putIfAbsent(job, now) == null) {
                news.add(job);
            }
        }
        return news;
    }

    /**
     * Notes which jobs are missing at the agent, and answers one that has been for so long that it is lost: there was no
     * report of it meanwhile, and the agent has said again that it does not have it. A process of the agent that has just
     * started knows at once.
     */
    Optional<HeldCheck.HeldRow> lost(List<HeldCheck.HeldRow> rows, Parked poll, long now) {
        if (poll.request().fresh()) {
            return rows.stream().findFirst();
        }
        missing.keySet().retainAll(rows.stream().map(HeldCheck.HeldRow::key).toList());
        for (HeldCheck.HeldRow row : rows) {
            Missing before = missing.get(row.key());
            if (before == null || before.leaseUntil() != row.leaseUntil()) {
                missing.put(row.key(), new Missing(now, row.leaseUntil()));
            } else if (now - before.since() >= MISSING_FOR && poll.since() - before.since() > 0) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }
}

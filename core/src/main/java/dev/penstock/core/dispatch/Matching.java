package dev.penstock.core.dispatch;

import dev.penstock.core.platform.ids.PipelineId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which idle agent gets which waiting job. Pure. */
final class Matching {
    private Matching() {}

    /**
     * An agent that waits for work.
     *
     * @param warm pipelines whose workspace it has, as far as this server remembers
     */
    record Idle(Offer offer, Set<PipelineId> warm) {}

    record Match(WaitingJob job, Offer offer) {}

    /**
     * Goes through the jobs in their order and gives each to an agent that fits, if there is one: rather to one that has
     * run the pipeline before, whose checkout is quick; then to the one with the fewest labels, because others may be
     * asked for by name; then to the one that has waited longest.
     *
     * @param jobs in the order of the queue
     * @param idle longest waiting first
     */
    static List<Match> match(Collection<WaitingJob> jobs, List<Idle> idle) {
        List<Idle> left = new ArrayList<>(idle);
        List<Match> matches = new ArrayList<>();
        for (WaitingJob job : jobs) {
            if (left.isEmpty()) {
                break;
            }
            Idle best = best(job, left);
            if (best != null) {
                left.remove(best);
                matches.add(new Match(job, best.offer()));
            }
        }
        return matches;
    }

    private static @Nullable Idle best(WaitingJob job, List<Idle> idle) {
        Idle best = null;
        for (Idle candidate : idle) {
            if (Fit.of(job, candidate.offer()) == Fit.YES && (best == null || isBetter(job, candidate, best))) {
                best = candidate;
            }
        }
        return best;
    }

    private static boolean isBetter(WaitingJob job, Idle candidate, Idle best) {
        boolean warm = candidate.warm().contains(job.pipeline());
        if (warm != best.warm().contains(job.pipeline())) {
            return warm;
        }
        return labels(candidate) < labels(best);
    }

    private static int labels(Idle idle) {
        return idle.offer().resources().size() + idle.offer().environments().size();
    }
}

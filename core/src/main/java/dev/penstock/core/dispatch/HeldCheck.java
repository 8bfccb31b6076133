package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.core.platform.ids.AgentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Compares what an agent says it holds with what the rows say. Pure. */
final class HeldCheck {
    /** An answer with an assignment may still be on its way for so long. */
    static final Duration ON_ITS_WAY = Duration.ofSeconds(1);

    private HeldCheck() {}

    /**
     * An attempt that an agent holds, by its row.
     *
     * @param leaseUntil seconds of the database's epoch: changes with each renewal
     * @param ageSeconds since it was given
     */
    record HeldRow(long job, int attempt, AgentId agent, State state, double leaseUntil, double ageSeconds) {
        /** The states in which an agent holds a job. */
        enum State {
            ASSIGNED,
            RUNNING,
            CANCELLING
        }

        HeldJob key() {
            return new HeldJob(job, attempt);
        }
    }

    /**
     * What follows.
     *
     * @param cancel held jobs to stop
     * @param unknown held jobs that the rows do not give to the agent (any more)
     * @param onItsWay was given to the agent just now, and may reach it yet
     * @param undelivered was given to the agent, which never got it
     * @param missing was given to the agent, which does not have it now
     */
    record Finding(
            List<HeldJob> cancel,
            List<HeldJob> unknown,
            List<HeldRow> onItsWay,
            List<HeldRow> undelivered,
            List<HeldRow> missing) {

        /** Whether there is a job that the agent should have and has not: it gets no other before that. */
        boolean isOwed() {
            return !onItsWay.isEmpty() || !undelivered.isEmpty() || !missing.isEmpty();
        }
    }

    /**
     * @param claimed what the agent says it holds
     * @param idle whether it says it can take a job
     * @param rows of this agent
     */
    static Finding compare(List<HeldJob> claimed, boolean idle, List<HeldRow> rows) {
        List<HeldJob> cancel = new ArrayList<>();
        List<HeldRow> onItsWay = new ArrayList<>();
        List<HeldRow> undelivered = new ArrayList<>();
        List<HeldRow> missing = new ArrayList<>();
        Set<HeldJob> has = new HashSet<>(claimed);
        Set<HeldJob> should = new HashSet<>();
        for (HeldRow row : rows) {
            should.add(row.key());
            if (has.contains(row.key())) {
                if (row.state() == HeldRow.State.CANCELLING) {
                    cancel.add(row.key());
                }
            } else if (row.state() == HeldRow.State.ASSIGNED && idle) {
                (row.ageSeconds() < ON_ITS_WAY.toSeconds() ? onItsWay : undelivered).add(row);
            } else {
                missing.add(row);
            }
        }
        List<HeldJob> unknown =
                claimed.stream().filter(job -> !should.contains(job)).distinct().toList();
        return new Finding(cancel, unknown, onItsWay, undelivered, missing);
    }
}

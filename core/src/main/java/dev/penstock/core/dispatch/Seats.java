package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.core.agent.Agent;
import dev.penstock.core.agent.AgentState;
import dev.penstock.core.dispatch.Matching.Idle;
import dev.penstock.core.dispatch.Seat.Parked;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.PipelineId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The polls that wait on this server, one for each agent: a newer one takes the place of an older, whose connection is
 * most likely gone. Waiting costs memory only. Thread-safe: every access under one lock, and answers are given outside of
 * it, on threads of their own, because a slow connection must delay nobody.
 */
final class Seats implements AutoCloseable {
    /** An agent polls at least twice a minute: one that has not for so long has gone to another server, or is gone. */
    private static final long FORGET_AFTER = Duration.ofMinutes(5).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<AgentId, Seat> seats = new HashMap<>();
    private final ExecutorService answers = Executors.newVirtualThreadPerTaskExecutor();
    private boolean closed;

    /** Lets a poll wait until {@code until}; false when the server is about to stop. */
    boolean park(AgentId agent, PollRequest request, CompletableFuture<PollReply> answer, long now, long until) {
        Parked before;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            Seat seat = seats.computeIfAbsent(agent, Seat::new);
            before = seat.parked;
            seat.parked = new Parked(request, answer, now, until);
            seat.owed = false;
            seat.lastSeen = now;
        } finally {
            lock.unlock();
        }
        answer(before, PollReply.NOTHING);
        return true;
    }

    /** Agents that could take a job now, longest waiting first. */
    List<Idle> idle(Map<AgentId, Agent> roster, long now) {
        record Waiting(long since, Idle idle) {}
        List<Waiting> waiting = new ArrayList<>();
        lock.lock();
        try {
            for (Seat seat : seats.values()) {
                Parked poll = seat.parked;
                if (poll != null && poll.request().idle() && !seat.taken && !seat.owed && now - seat.notBefore >= 0) {
                    Agent agent = roster.get(seat.agent);
                    if (agent != null && agent.state() == AgentState.ENABLED) {
                        Offer offer = seat.offer(agent, poll.request());
                        waiting.add(new Waiting(poll.since(), new Idle(offer, seat.warm())));
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        waiting.sort((a, b) -> Long.compare(a.since() - b.since(), 0));
        return waiting.stream().map(Waiting::idle).toList();
    }

    /** Keeps an agent's poll for a job; false when it has got something else meanwhile. */
    boolean take(AgentId agent) {
        lock.lock();
        try {
            Seat seat = seats.get(agent);
            if (seat == null || seat.parked == null || seat.taken) {
                return false;
            }
            seat.taken = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a poll back that was taken, without a job; it is passed over until {@code notBefore}. */
    void release(AgentId agent, long notBefore) {
        with(agent, seat -> {
            seat.taken = false;
            seat.notBefore = notBefore;
        });
    }

    /** No job could be claimed for the agent: perhaps it has one. It gets no other offered before its rows were looked at. */
    void doubt(AgentId agent) {
        with(agent, seat -> seat.owed = true);
    }

    /**
     * Answers the poll that was taken, or the one that has come in its place: an agent that is about to stop asks so, and
     * gives the job back. When there is none, or the agent says by now that it is at work, the job waits in its row for the
     * agent to ask again.
     */
    void deliver(AgentId agent, JobAssignment assignment, PipelineId pipeline) {
        Parked poll = null;
        lock.lock();
        try {
            Seat seat = seats.get(agent);
            if (seat != null) {
                seat.taken = false;
                seat.warmedBy(pipeline);
                if (seat.parked != null && isFree(seat.parked.request())) {
                    poll = seat.parked;
                    seat.parked = null;
                }
            }
        } finally {
            lock.unlock();
        }
        answer(poll, new PollReply(assignment, List.of(), List.of()));
    }

    private static boolean isFree(PollRequest request) {
        return request.idle() || request.held().isEmpty();
    }

    /** Answers a poll that is not taken. Called while visiting its seat. */
    void tell(Seat seat, PollReply reply) {
        Parked poll = seat.parked;
        seat.parked = null;
        answer(poll, reply);
    }

    /** Calls for each agent whose poll waits and is not taken. */
    void eachParked(Consumer<Seat> visit) {
        lock.lock();
        try {
            for (Seat seat : List.copyOf(seats.values())) {
                if (seat.parked != null && !seat.taken) {
                    visit.accept(seat);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return seats.values().stream().allMatch(seat -> seat.parked == null);
        } finally {
            lock.unlock();
        }
    }

    /** Whether a poll of this agent waits. */
    boolean isParked(AgentId agent) {
        lock.lock();
        try {
            Seat seat = seats.get(agent);
            return seat != null && seat.parked != null;
        } finally {
            lock.unlock();
        }
    }

    /** How many polls wait. */
    int parked() {
        lock.lock();
        try {
            return (int)
                    seats.values().stream().filter(seat -> seat.parked != null).count();
        } finally {
            lock.unlock();
        }
    }

    /** Answers polls whose time is over, and forgets agents that are gone. */
    void expire(long now) {
        List<Parked> over = new ArrayList<>();
        lock.lock();
        try {
            for (var all = seats.values().iterator(); all.hasNext(); ) {
                Seat seat = all.next();
                Parked poll = seat.parked;
                if (poll != null && !seat.taken && now - poll.until() >= 0) {
                    over.add(poll);
                    seat.parked = null;
                } else if (poll == null && !seat.taken && now - seat.lastSeen >= FORGET_AFTER) {
                    all.remove();
                }
            }
        } finally {
            lock.unlock();
        }
        over.forEach(poll -> answer(poll, PollReply.NOTHING));
    }

    private void with(AgentId agent, Consumer<Seat> change) {
        lock.lock();
        try {
            Seat seat = seats.get(agent);
            if (seat != null) {
                change.accept(seat);
            }
        } finally {
            lock.unlock();
        }
    }

    private void answer(@Nullable Parked poll, PollReply reply) {
        if (poll != null) {
            answers.execute(() -> poll.answer().complete(reply));
        }
    }

    /** Answers all polls, so that their agents go to another server, and lets no more wait. */
    @Override
    public void close() {
        List<Parked> all = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            for (Seat seat : seats.values()) {
                if (seat.parked != null) {
                    all.add(seat.parked);
                    seat.parked = null;
                }
            }
        } finally {
            lock.unlock();
        }
        all.forEach(poll -> answer(poll, PollReply.NOTHING));
        answers.close();
    }
}

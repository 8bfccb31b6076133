package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.core.agent.AgentRoster;
import dev.penstock.core.dispatch.HeldCheck.Finding;
import dev.penstock.core.dispatch.HeldCheck.HeldRow;
import dev.penstock.core.dispatch.Matching.Idle;
import dev.penstock.core.dispatch.Matching.Match;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings waiting jobs and waiting polls together. One worker looks at both, in memory, when a signal or a poll comes; it
 * asks the database once for all polls, and each match is then claimed by a transaction of its own, beside the others.
 * What is in memory is only a guess about whom to ask: the claim decides, so any number of servers may do this at a time.
 * Thread-safe.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    /** How late a poll is answered with nothing, and a cancel that came in the midst of others is told. */
    private static final Duration TICK = Duration.ofMillis(100);

    /** Held jobs are compared at most so often, however many polls and signals come. */
    private static final long HELD_APART = Duration.ofMillis(100).toNanos();

    /** A signal may get lost: without one the rows are looked at all the same. */
    private static final long LOOK_AGAIN = Duration.ofSeconds(2).toNanos();

    /** A job that could not be claimed is in the hands of another server; it is left alone for a moment. */
    private static final long SHUN = Duration.ofMillis(50).toNanos();

    /** After a failure of the database. */
    private static final long REST = Duration.ofSeconds(1).toNanos();

    /** Claims under way; more would only wait for connections, which others need too. */
    private static final int MAX_CLAIMS = 8;

    private final Database database;
    private final AgentRoster roster;
    private final Claims claims;
    private final PluginWaits pluginWaits;
    private final LongSupplier ticker;
    private final Worker worker;
    private final AutoCloseable subscription;
    private final Seats seats = new Seats();
    private final WaitingJobs waiting;
    private final Map<JobRunId, Long> claiming = new ConcurrentHashMap<>();
    private final Semaphore slots = new Semaphore(MAX_CLAIMS, true);
    private final ExecutorService errands = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong changes = new AtomicLong();
    private volatile boolean heldDue = true;
    private long heldAt;
    private long restUntil;

    /** @param ticker nanoseconds of a clock that never goes back */
    Dispatcher(
            Database database,
            AgentRoster roster,
            Claims claims,
            PluginWaits pluginWaits,
            Signals signals,
            LongSupplier ticker) {
        this.database = database;
        this.roster = roster;
        this.claims = claims;
        this.pluginWaits = pluginWaits;
        this.ticker = ticker;
        this.waiting = new WaitingJobs(database);
        this.restUntil = ticker.getAsLong();
        this.heldAt = ticker.getAsLong() - LOOK_AGAIN;
        // In this order: what has changed is noted before the worker looks.
        this.subscription = signals.listen(Channel.DISPATCH, this::changed);
        this.worker = new Worker("dispatcher", TICK, this::step).wokenBy(signals, Channel.DISPATCH);
    }

    /** To be started with the server. */
    Worker worker() {
        return worker;
    }

    /**
     * Answers when there is something to do for the agent, and with nothing after {@code wait}. Holds no thread.
     *
     * @throws PenstockException UNAVAILABLE when the server is about to stop
     */
    CompletableFuture<PollReply> poll(AgentId agent, PollRequest request, Duration wait) {
        var answer = new CompletableFuture<PollReply>();
        long now = ticker.getAsLong();
        if (!seats.park(agent, request, answer, now, now + wait.toNanos())) {
            throw new PenstockException(ErrorCode.UNAVAILABLE, "The server is about to stop; ask again in a moment");
        }
        heldDue = true;
        worker.wake();
        return answer;
    }

    /** How many polls wait here. */
    int parked() {
        return seats.parked();
    }

    /** Whether a poll of this agent waits here. */
    boolean isParked(AgentId agent) {
        return seats.isParked(agent);
    }

    private void changed() {
        changes.incrementAndGet();
        heldDue = true;
    }

    /** One look at everything. Only the worker calls it. */
    boolean step() {
        long now = ticker.getAsLong();
        try {
            if (now - restUntil >= 0 && !seats.isEmpty()) {
                match(now); // first, because somebody waits for it
                compareHeld(now);
            }
        } catch (JdbiException e) {
            restUntil = now + REST;
            heldDue = true;
            log.atWarn().setCause(e).log("Jobs cannot be given to agents; the database does not answer");
        } finally {
            seats.expire(now);
        }
        return false;
    }

    private void match(long now) {
        List<Idle> idle = seats.idle(roster.byId(), now);
        if (idle.isEmpty()) {
            return;
        }
        claiming.values().removeIf(until -> until != Long.MAX_VALUE && now - until >= 0);
        for (Match match : waiting.match(idle, claiming.keySet(), changes.get(), now)) {
            begin(match);
        }
    }

    private void begin(Match match) {
        AgentId agent = match.offer().agent();
        if (claiming.putIfAbsent(match.job().id(), Long.MAX_VALUE) != null) {
            return;
        }
        if (!seats.take(agent)) {
            claiming.remove(match.job().id());
            return;
        }
        run(agent, () -> claim(match));
    }

    private void claim(Match match) {
        AgentId agent = match.offer().agent();
        JobRunId job = match.job().id();
        boolean given = false;
        try {
            if (pluginWaits.holds(job)) {
                return;
            }
            slots.acquire();
            try {
                Optional<Claims.Given> claim = claims.claim(agent, match.offer().name(), job);
                claim.ifPresentOrElse(mine -> waiting.gone(job), () -> seats.doubt(agent));
                given = claim.isPresent() && deliver(claim.get(), false);
            } finally {
                slots.release();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.atError().setCause(e).addKeyValue("job", job.value()).log("A job could not be given");
        } finally {
            long now = ticker.getAsLong();
            claiming.put(job, now + (pluginWaits.reason(job).isPresent() ? PluginWaits.AGAIN : SHUN));
            if (!given) {
                seats.release(agent, now + SHUN);
                changed();
            }
            worker.wake();
        }
    }

    /** Makes the assignment and hands it over; false when none could be made. */
    private boolean deliver(Claims.Given given, boolean again) {
        var assignment = claims.assignment(given, again);
        assignment.ifPresent(made -> seats.deliver(given.agent(), made.assignment(), made.pipeline()));
        return assignment.isPresent();
    }

    private void compareHeld(long now) {
        boolean due = heldDue && now - heldAt >= HELD_APART;
        if (!due && now - heldAt < LOOK_AGAIN) {
            return;
        }
        heldDue = false;
        heldAt = now;
        Map<AgentId, List<HeldRow>> rows =
                database.read(JobQueue::held).stream().collect(Collectors.groupingBy(HeldRow::agent));
        List<Unknown> unknown = new ArrayList<>();
        seats.eachParked(seat -> compare(seat, rows.getOrDefault(seat.agent, List.of()), unknown, now));
        drop(unknown, now);
    }

    /** A job that an agent has and the rows do not give to it. */
    private record Unknown(AgentId agent, HeldJob job) {}

    private void compare(Seat seat, List<HeldRow> rows, Collection<Unknown> unknown, long now) {
        Seat.Parked poll = seat.parked;
        if (poll == null) {
            return;
        }
        Finding finding =
                HeldCheck.compare(poll.request().held(), poll.request().idle(), rows);
        List<HeldJob> cancel = seat.tell(finding.cancel(), now);
        if (!cancel.isEmpty()) {
            seats.tell(seat, new PollReply(null, cancel, List.of()));
            return;
        }
        finding.unknown().forEach(job -> unknown.add(new Unknown(seat.agent, job)));
        // A poll that came after the look may say what the rows do not say yet.
        seat.owed = finding.isOwed() && poll.since() - now <= 0;
        heldDue |= !finding.onItsWay().isEmpty() || !finding.undelivered().isEmpty();
        Optional<HeldRow> lost = seat.lost(finding.missing(), poll, now);
        if (!finding.undelivered().isEmpty() && now - seat.notBefore >= 0) {
            seat.taken = true;
            run(seat.agent, () -> deliverAgain(finding.undelivered().getFirst()));
        } else {
            lost.ifPresent(row -> run(seat.agent, () -> claims.lost(row)));
        }
    }

    private void run(AgentId agent, Runnable errand) {
        try {
            errands.execute(errand);
        } catch (RejectedExecutionException _) {
            seats.release(agent, ticker.getAsLong()); // the server is about to stop
        }
    }

    private void deliverAgain(HeldRow row) {
        boolean given = false;
        try {
            log.atInfo()
                    .addKeyValue("job", row.job())
                    .addKeyValue("agent", row.agent().value())
                    .log("An assignment did not reach its agent; it is sent again");
            given = deliver(new Claims.Given(row.agent(), new JobRunId(row.job()), row.attempt()), true);
        } catch (RuntimeException e) {
            log.atError().setCause(e).addKeyValue("job", row.job()).log("A job could not be given again");
        } finally {
            if (!given) {
                seats.release(row.agent(), ticker.getAsLong() + REST);
            }
            worker.wake();
        }
    }

    /** Tells agents to drop what is not their own any more; one whose own report ended the attempt knows by itself. */
    private void drop(List<Unknown> unknown, long now) {
        if (unknown.isEmpty()) {
            return;
        }
        List<Unknown> over = database.read(handle -> unknown.stream()
                .filter(one -> !claims.hasEnded(handle, one.agent(), one.job()))
                .toList());
        Map<AgentId, List<HeldJob>> byAgent = over.stream()
                .collect(Collectors.groupingBy(Unknown::agent, Collectors.mapping(Unknown::job, Collectors.toList())));
        seats.eachParked(seat -> {
            List<HeldJob> news = seat.tell(byAgent.getOrDefault(seat.agent, List.of()), now);
            if (!news.isEmpty()) {
                seats.tell(seat, new PollReply(null, List.of(), news));
            }
        });
    }

    /** Answers all polls and lets no more wait; claims under way end. Called before requests are waited for. */
    @Override
    public void close() {
        seats.close();
        try {
            subscription.close();
        } catch (Exception e) {
            log.atWarn().setCause(e).log("A subscription could not be closed");
        }
        errands.close();
    }
}

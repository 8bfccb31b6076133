package dev.penstock.core.run;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/**
 * Checks that an agent holds the attempt of a job that its request names. Every request of an agent about a job
 * passes here first. Reads only. Thread-safe.
 */
public final class HeldAttempts {
    /** A console chunk of an attempt that was fenced this long ago may still be stored; its result never counts. */
    private static final Duration REMEMBERED = Duration.ofSeconds(3);

    /** More than the jobs that run at a time; beyond it every request asks the database. */
    private static final int MAX_REMEMBERED = 20_000;

    private final Database database;
    private final InstantSource clock;
    private final ConcurrentHashMap<Held, Long> seen = new ConcurrentHashMap<>();

    public HeldAttempts(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    private record Held(AgentId agent, JobRunId job, int attempt) {}

    /** Notes that the agent has just been given the attempt, so that its first requests need not be looked up. */
    public void remember(AgentId agent, JobRunId job, int attempt) {
        if (seen.size() < MAX_REMEMBERED) {
            seen.put(new Held(agent, job, attempt), clock.millis());
        }
    }

    /**
     * As {@link #require(Handle, AgentId, JobRunId, int)}, but an answer of the last three seconds may be used: for
     * console chunks and blobs, which come often and decide nothing.
     */
    public void requireLately(AgentId agent, JobRunId job, int attempt) {
        Held held = new Held(agent, job, attempt);
        long now = clock.millis();
        Long checkedAt = seen.get(held);
        if (checkedAt != null && now - checkedAt < REMEMBERED.toMillis() && now >= checkedAt) {
            return;
        }
        database.read(handle -> require(handle, agent, job, attempt));
        if (seen.size() >= MAX_REMEMBERED) {
            seen.values().removeIf(at -> now - at >= REMEMBERED.toMillis());
        }
        if (seen.size() < MAX_REMEMBERED) {
            seen.put(held, now);
        }
    }

    /**
     * Answers how the job stands, if the attempt is the newest and the agent holds it now.
     *
     * @throws PenstockException SUPERSEDED when the agent held the attempt and does not any more, FORBIDDEN when it never
     *     did, whether or not there is such a job
     */
    public HeldAttempt require(Handle handle, AgentId agent, JobRunId job, int attempt) {
        HeldAttempt held = HeldAttemptQuery.find(handle, agent, job, attempt)
                .orElseThrow(() -> new PenstockException(
                        ErrorCode.FORBIDDEN,
                        "Agent \"" + agent.value() + "\" has never held attempt " + attempt + " of job "
                                + job.value()));
        if (!held.current()) {
            throw new PenstockException(
                    ErrorCode.SUPERSEDED,
                    "Attempt " + attempt + " of job " + job.value() + " is no longer held by agent \"" + agent.value()
                            + "\": end its processes and forget it");
        }
        return held;
    }

    /**
     * An attempt that an agent was given.
     *
     * @param current whether the agent holds it now
     * @param ended whether the attempt is over by the agent's own report
     * @param cancelling whether the job is being cancelled
     * @param leaseSeconds how long the agent may still be silent, by the database's clock; 0 when it does not hold it
     */
    public record HeldAttempt(boolean current, boolean ended, boolean cancelling, double leaseSeconds) {}
}

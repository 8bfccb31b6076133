package dev.penstock.core.dispatch;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.JobEvent;
import dev.penstock.core.run.JobRunStore;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what has lasted too long: leases of silent agents, by the database's clock, and waiting beyond a job's limit.
 *
 * <p>An agent is silent only if it could have been heard: after this server has started, or was kept from its work, or had
 * no database, agents get a whole lease's time to come back before any lease counts as over. A server that was away for
 * hours takes nothing from a running job. Used by one thread.
 */
final class LeaseReaper {
    static final Duration TICK = Duration.ofSeconds(5);

    /** A lease, and as much again as a returning agent may wait before it tries. */
    static final Duration GRACE = Duration.ofSeconds(90);

    /** Longer than this between two steps, and the server was not there for its agents. */
    private static final Duration GAP = Duration.ofSeconds(20);

    private static final int BATCH = 200;
    private static final Logger log = LoggerFactory.getLogger(LeaseReaper.class);

    private final Database database;
    private final JobRunStore jobs;
    private final LongSupplier ticker;
    private long heardSince;
    private long lastStep;

    /** @param ticker nanoseconds of a clock that never goes back */
    LeaseReaper(Database database, JobRunStore jobs, LongSupplier ticker) {
        this.database = database;
        this.jobs = jobs;
        this.ticker = ticker;
        this.heardSince = ticker.getAsLong();
        this.lastStep = heardSince;
    }

    /** True when there is more to end. */
    boolean step() {
        long now = ticker.getAsLong();
        if (now - lastStep > GAP.toNanos()) {
            heardSince = now;
        }
        lastStep = now;
        try {
            List<JobRunId> waited = database.read(handle -> JobQueue.waitedTooLong(handle, BATCH));
            end(waited, (tx, job) -> jobs.apply(tx, job, new JobEvent.QueueTimedOut(waited(tx, job))));
            if (now - heardSince < GRACE.toNanos()) {
                return waited.size() == BATCH;
            }
            List<JobRunId> silent = database.read(handle -> JobQueue.expired(handle, BATCH));
            end(silent, (tx, job) -> jobs.apply(tx, job, new JobEvent.LeaseExpired()));
            return waited.size() == BATCH || silent.size() == BATCH;
        } catch (JdbiException e) {
            heardSince = ticker.getAsLong(); // reports could not be stored meanwhile, either
            throw e;
        }
    }

    private static String waited(Handle tx, JobRunId job) {
        String reason = JobQueue.waitReason(tx, job);
        return "No agent has taken it in time" + (reason.isEmpty() ? "" : ": " + reason);
    }

    /** Each in a transaction of its own; one that cannot be ended does not keep the others from it. */
    private void end(List<JobRunId> due, BiConsumer<Handle, JobRunId> act) {
        for (JobRunId job : due) {
            try {
                database.useTransaction(tx -> {
                    if (JobQueue.lock(tx, job)) {
                        act.accept(tx, job);
                    }
                });
                log.atInfo().addKeyValue("job", job.value()).log("A job has lasted too long");
            } catch (RuntimeException e) {
                log.atError().setCause(e).addKeyValue("job", job.value()).log("A job cannot be ended");
            }
        }
    }
}

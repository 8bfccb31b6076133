package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.ReportReply;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.ArtifactSink;
import dev.penstock.core.run.ConsoleSink;
import dev.penstock.core.run.ConsoleSink.Extent;
import dev.penstock.core.run.HeldAttemptQuery;
import dev.penstock.core.run.HeldAttempts;
import dev.penstock.core.run.HeldAttempts.HeldAttempt;
import dev.penstock.core.run.JobEvent;
import dev.penstock.core.run.JobEvent.Progress;
import dev.penstock.core.run.JobReason;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.JobRunStore;
import dev.penstock.core.run.JobState;
import dev.penstock.core.run.Step;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what agents say about their jobs. Whatever comes twice, late or in another order counts once or not at all; a
 * report that says nothing new costs a commit only when the lease is older than some seconds. Thread-safe.
 */
final class Reports {
    private static final Logger log = LoggerFactory.getLogger(Reports.class);

    /** A lease that was renewed so lately is long enough: the next report comes within {@link Protocol#REPORT_INTERVAL}. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** Tasks that begin one after the other within this time share a commit with what comes next. */
    private static final Duration TASKS_APART = Duration.ofSeconds(1);

    /** More than the jobs that run at a time; for one that is forgotten a report costs a commit more than it need. */
    private static final int MAX_REMEMBERED = 10_000;

    private final Database database;
    private final JobRunStore jobs;
    private final HeldAttempts heldAttempts;
    private final ConsoleSink consoles;
    private final ArtifactSink artifacts;
    private final InstantSource clock;
    private final Map<Attempt, Said> said = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Attempt, Said> eldest) {
            return size() > MAX_REMEMBERED;
        }
    });

    Reports(
            Database database,
            JobRunStore jobs,
            HeldAttempts heldAttempts,
            ConsoleSink consoles,
            ArtifactSink artifacts,
            InstantSource clock) {
        this.database = database;
        this.jobs = jobs;
        this.heldAttempts = heldAttempts;
        this.consoles = consoles;
        this.artifacts = artifacts;
        this.clock = clock;
    }

    /** What became of a report. */
    sealed interface Outcome {
        ReportReply reply();

        /** It counts, now or since before. */
        record Accepted(ReportReply reply) implements Outcome {}

        /** The end does not count before the rest of the console is there. */
        record ConsoleIncomplete(ReportReply reply) implements Outcome {}
    }

    private record Attempt(JobRunId job, int attempt) {}

    /** How much of its way an attempt has told, and was stored. */
    private record Said(int phases, int tasks, int ended) {
        static Said of(JobReport report) {
            return new Said(report.phases().size(), report.tasks().size(), (int) report.tasks().stream()
                    .filter(task -> task.endedAt() != null)
                    .count());
        }

        boolean hasMorePhasesThan(@Nullable Said before) {
            return before == null || phases > before.phases;
        }

        boolean hasMoreTasksThan(@Nullable Said before) {
            return before == null || tasks > before.tasks || ended > before.ended;
        }
    }

    /**
     * @throws PenstockException SUPERSEDED when the attempt is not the agent's any more; FORBIDDEN when it never was
     */
    Outcome hear(AgentId agent, JobRunId job, JobReport raw) {
        JobReport report = CleanReport.of(raw, clock.instant());
        JobReport.End end = report.end();
        if (end != null) {
            return end(agent, job, report, end);
        }
        HeldAttempt held;
        try {
            held = database.read(handle -> heldAttempts.require(handle, agent, job, report.attempt()));
        } catch (PenstockException e) {
            return repeated(agent, job, report, e);
        }
        Extent extent = store(job, report);
        boolean cancel = held.cancelling();
        if (isWorthACommit(job, report, held)) {
            cancel = progress(agent, job, report);
        }
        return new Outcome.Accepted(new ReportReply(cancel, extent.length()));
    }

    private boolean isWorthACommit(JobRunId job, JobReport report, HeldAttempt held) {
        double renewedAgo = Protocol.LEASE.toSeconds() - held.leaseSeconds();
        Said before = said.get(new Attempt(job, report.attempt()));
        Said now = Said.of(report);
        return renewedAgo >= FRESH.toSeconds()
                || now.hasMorePhasesThan(before)
                || (now.hasMoreTasksThan(before) && renewedAgo >= TASKS_APART.toSeconds());
    }

    /** Stores what is new and renews the lease; answers whether the job is being cancelled. */
    private boolean progress(AgentId agent, JobRunId job, JobReport report) {
        var event = new JobEvent.Reported(agent, report.attempt(), new Progress(report.phases(), report.tasks()));
        Step<JobState> step = database.inTransaction(tx -> jobs.apply(tx, job, event));
        return switch (step) {
            case Step.To<JobState>(var state) -> {
                said.put(new Attempt(job, report.attempt()), Said.of(report));
                yield state instanceof JobState.Cancelling;
            }
            case Step.Stay<JobState>(var _, var message) -> throw superseded(job, report, message);
        };
    }

    private Outcome end(AgentId agent, JobRunId job, JobReport report, JobReport.End end) {
        try {
            // An answer of seconds ago is enough to store its console; whether the end counts is decided under the
            // lock.
            heldAttempts.requireLately(agent, job, report.attempt());
        } catch (PenstockException e) {
            return repeated(agent, job, report, e);
        }
        Extent extent = store(job, report);
        var reply = new ReportReply(false, extent.length());
        if (!extent.covers(end.consoleLength())) {
            return new Outcome.ConsoleIncomplete(reply);
        }
        // Before the transaction: it would wait for the disk while it holds locks.
        consoles.flush(job, report.attempt());
        Step<JobState> step;
        try {
            step = apply(job, ended(agent, report, end), end);
        } catch (PenstockException e) {
            if (e.code() != ErrorCode.INVALID || end.artifacts().isEmpty()) {
                throw e;
            }
            log.atWarn()
                    .addKeyValue("job", job.value())
                    .addKeyValue("reason", e.getMessage())
                    .log("Artifacts cannot be published");
            step = apply(job, failed(agent, report, CleanReport.line(e.getMessage())), null);
        }
        said.remove(new Attempt(job, report.attempt()));
        return switch (step) {
            case Step.To<JobState> _ -> new Outcome.Accepted(reply);
            case Step.Stay<JobState>(var why, var _) when why == Step.Why.REPEATED -> new Outcome.Accepted(reply);
            case Step.Stay<JobState>(var _, var message) -> throw superseded(job, report, message);
        };
    }

    /** The end, the settling of what it was part of, and its artifacts: one commit. */
    private Step<JobState> apply(JobRunId job, JobEvent.Ended ended, JobReport.@Nullable End end) {
        return database.inTransaction(tx -> {
            Step<JobState> step = jobs.apply(tx, job, ended);
            // What a cancelled or lost attempt made is not seen by anybody.
            if (end != null
                    && !end.artifacts().isEmpty()
                    && step instanceof Step.To<JobState>(JobState.Finished over)
                    && over.result() != JobResult.CANCELLED) {
                artifacts.publish(tx, job, end.artifacts());
            }
            return step;
        });
    }

    private static JobEvent.Ended ended(AgentId agent, JobReport report, JobReport.End end) {
        return new JobEvent.Ended(
                agent,
                report.attempt(),
                JobResult.valueOf(end.result().name()),
                Optional.ofNullable(end.reason()).map(JobReason::of).orElse(null),
                end.message(),
                new Progress(report.phases(), report.tasks()));
    }

    private static JobEvent.Ended failed(AgentId agent, JobReport report, String message) {
        return new JobEvent.Ended(
                agent,
                report.attempt(),
                JobResult.FAILED,
                JobReason.ARTIFACT_FAILED,
                message,
                new Progress(report.phases(), report.tasks()));
    }

    private Extent store(JobRunId job, JobReport report) {
        JobReport.ConsoleChunk chunk = report.console();
        return chunk == null || chunk.bytes().length == 0
                ? consoles.extent(job, report.attempt())
                : consoles.append(job, report.attempt(), chunk.offset(), chunk.bytes());
    }

    /** Whatever comes again after the attempt's own end is known already, and all is well. */
    private Outcome repeated(AgentId agent, JobRunId job, JobReport report, PenstockException refusal) {
        boolean known = refusal.code() == ErrorCode.SUPERSEDED
                && database.read(handle -> HeldAttemptQuery.find(handle, agent, job, report.attempt()))
                        .filter(HeldAttempt::ended)
                        .isPresent();
        if (!known) {
            throw refusal;
        }
        return new Outcome.Accepted(
                new ReportReply(false, consoles.extent(job, report.attempt()).length()));
    }

    private static PenstockException superseded(JobRunId job, JobReport report, String message) {
        return new PenstockException(
                ErrorCode.SUPERSEDED,
                "Attempt " + report.attempt() + " of job " + job.value() + " does not count any more: " + message);
    }
}

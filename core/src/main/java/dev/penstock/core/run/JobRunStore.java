package dev.penstock.core.run;

import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.db.Writes.Write;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.StageRunId;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.JobEvent.Claimed;
import dev.penstock.core.run.JobEvent.Progress;
import dev.penstock.core.run.JobState.Cancelling;
import dev.penstock.core.run.JobState.Finished;
import dev.penstock.core.run.JobState.Held;
import dev.penstock.core.run.JobState.Running;
import dev.penstock.core.run.JobState.Scheduled;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Job runs as rows. The only class that writes {@code job_run.state}. Every method runs in its caller's transaction, and
 * locks in the one order that all use: jobs by ascending id, then their stage, then the pipeline, then its runs.
 * Thread-safe.
 */
public final class JobRunStore {
    private static final String COLUMNS = """
            SELECT j.id, j.stage_run_id, j.name, j.rerun_policy, j.max_reruns, j.state, j.phase, j.since, j.attempt,
                   j.agent_id, j.lease_until, j.result, j.reason, j.message, j.cancelled_by,
                   p.name AS pipeline_name, r.counter AS run_counter, s.name AS stage_name, s.counter AS stage_counter
              FROM job_run j
              JOIN stage_run s ON s.id = j.stage_run_id
              JOIN pipeline_run r ON r.id = j.pipeline_run_id
              JOIN pipeline p ON p.id = j.pipeline_id
            """;
    // The time is taken outside, when the lock is held: inside it would be that of the beginning of the wait.
    private static final String LOCK = "WITH locked AS (" + COLUMNS + """
             WHERE j.id = :id
               FOR NO KEY UPDATE OF j
            )
            SELECT locked.*, clock_timestamp() AS now FROM locked
            """;
    /** Passes over a job that another server is about to give away, and never waits. */
    private static final String LOCK_WAITING = "WITH locked AS (" + COLUMNS + """
             WHERE j.id = :id
               AND j.state = 'SCHEDULED'
               AND (j.pinned_agent_id IS NULL OR j.pinned_agent_id = :agent)
               AND EXISTS (SELECT 1
                             FROM agent a
                            WHERE a.id = :agent AND a.state = 'ENABLED' AND a.deleted_at IS NULL)
               AND NOT EXISTS (SELECT 1
                                 FROM job_run h
                                WHERE h.agent_id = :agent AND h.state IN ('ASSIGNED', 'RUNNING', 'CANCELLING'))
               FOR NO KEY UPDATE OF j SKIP LOCKED
            )
            SELECT locked.*, clock_timestamp() AS now FROM locked
            """;

    private static final String LOCK_OF_STAGE = "WITH locked AS (" + COLUMNS + """
             WHERE j.stage_run_id = :stage AND j.state <> 'FINISHED'
             ORDER BY j.id
               FOR NO KEY UPDATE OF j
            )
            SELECT locked.*, clock_timestamp() AS now FROM locked
            """;
    private static final String CLAIM = """
            WITH claimed AS (
                UPDATE job_run
                   SET state = :state, since = :since, attempt = :attempt, agent_id = :agent, lease_until = :lease,
                       wait_reason = NULL, assigned_at = :now, building_at = NULL
                 WHERE id = :id
            ), begun AS (
                INSERT INTO job_attempt (job_run_id, attempt, agent_id, agent_name, assigned_at)
                VALUES (:id, :attempt, :agent, :agentName, :now)
            )
            INSERT INTO job_transition (job_run_id, attempt, event, state, by_whom, at)
            VALUES (:id, :attempt, :event, :state, :agentName, :now)
            """;
    // An attempt that was put back never reached an agent: it is none of those that losses may cost.
    private static final String CHANGE = """
            WITH changed AS (
                UPDATE job_run
                   SET state = :state, phase = :phase, since = :since, agent_id = :agent, lease_until = :lease,
                       result = :result, reason = :reason, message = :message, wait_reason = NULL,
                       cancelled_by = COALESCE(:cancelledBy, cancelled_by), ended_at = :endedAt,
                       max_reruns = max_reruns + CASE WHEN :event = 'PUT_BACK' AND rerun_policy = 'RERUN' THEN 1 ELSE 0 END,
                       assigned_at = CASE WHEN :state = 'SCHEDULED' THEN NULL ELSE assigned_at END,
                       building_at = CASE WHEN :state = 'SCHEDULED' THEN NULL
                                          WHEN CAST(:buildingAt AS timestamptz) IS NULL THEN building_at
                                          ELSE LEAST(GREATEST(:buildingAt, assigned_at), :now) END
                 WHERE id = :id
            ), attempted AS (
                UPDATE job_attempt
                   SET phases = CASE WHEN jsonb_array_length(CAST(:phases AS jsonb)) >= jsonb_array_length(phases)
                                     THEN CAST(:phases AS jsonb) ELSE phases END,
                       tasks = CASE WHEN jsonb_array_length(CAST(:tasks AS jsonb)) >= jsonb_array_length(tasks)
                                    THEN CAST(:tasks AS jsonb) ELSE tasks END,
                       ended_at = CASE WHEN CAST(:outcome AS text) IS NULL THEN ended_at ELSE :now END,
                       outcome = COALESCE(CAST(:outcome AS text), outcome),
                       reason = COALESCE(:attemptReason, reason),
                       message = COALESCE(:attemptMessage, message)
                 WHERE job_run_id = :id AND attempt = :attempt AND (CAST(:outcome AS text) IS NOT NULL OR :progress)
            )
            INSERT INTO job_transition (job_run_id, attempt, event, state, phase, by_whom, at)
            SELECT :id, :attempt, :event, :state, :phase, :byWhom, CAST(:now AS timestamptz)
             WHERE :visible
            """;

    private final StageSettler settler;
    private final ConsoleSink consoles;
    private final EventStore events;
    private final Signals signals;

    public JobRunStore(StageSettler settler, ConsoleSink consoles, EventStore events, Signals signals) {
        this.settler = settler;
        this.consoles = consoles;
        this.events = events;
        this.signals = signals;
    }

    /**
     * Locks the job run, asks {@link JobLife} what the event means, and saves the answer with everything that follows
     * from it: history, the attempt, the end of the attempt's console, the settling of stage and pipeline run, the next
     * stage, events and signals. The caller commits.
     *
     * <p>The caller may hold the job's row lock already, and must hold no lock on a stage, a pipeline or a run.
     *
     * @throws PenstockException NOT_FOUND when there is no such job run
     */
    public Step<JobState> apply(Handle tx, JobRunId id, JobEvent event) {
        return act(tx, id, event).step();
    }

    /**
     * Gives a waiting job to an agent that has none; empty, without waiting for a lock, when it waits no more, when another
     * server is at it, or when the agent may not have it (now). The caller commits, which fails for a unique index when the
     * agent got another job at the same moment from another server.
     */
    public Optional<JobState.Assigned> claim(Handle tx, JobRunId id, AgentId agent, String agentName) {
        Optional<JobRow> row = tx.createQuery(LOCK_WAITING)
                .bind("id", id.value())
                .bind("agent", agent.value())
                .map((found, _) -> JobRow.read(found))
                .findOne();
        List<Fact> facts = new ArrayList<>();
        if (row.isPresent()
                && change(tx, row.get(), new Claimed(agent, agentName), facts)
                        instanceof Step.To<JobState>(JobState.Assigned assigned)) {
            events.appendAll(tx, facts);
            return Optional.of(assigned);
        }
        return Optional.empty();
    }

    /** What an event came to, and the job as it was before. */
    record Act(JobRow job, Step<JobState> step) {}

    /** As {@link #apply}, for one who has to say which job it was. */
    Act act(Handle tx, JobRunId id, JobEvent event) {
        List<Fact> facts = new ArrayList<>();
        JobRow row = lock(tx, id);
        Step<JobState> step = change(tx, row, event, facts);
        if (step instanceof Step.To<JobState>(Finished _)) {
            settler.settle(tx, row.stage(), row.place(), facts);
        }
        events.appendAll(tx, facts);
        return new Act(row, step);
    }

    /** What the cancelling of a stage did to its jobs. */
    enum StageCancel {
        /** Some were told to stop, or ended. */
        BEGUN,
        /** All that are not over had been told before. */
        UNDER_WAY,
        /** The stage is over. */
        TOO_LATE
    }

    /** Cancels all jobs of a stage that are not over, and settles it once. */
    StageCancel cancelStage(Handle tx, StageRunId stage, String by) {
        List<JobRow> jobs = tx.createQuery(LOCK_OF_STAGE)
                .bind("stage", stage.value())
                .map((row, _) -> JobRow.read(row))
                .list();
        if (jobs.isEmpty()) {
            return StageCancel.TOO_LATE;
        }
        List<Fact> facts = new ArrayList<>();
        boolean changed = false;
        boolean anyOver = false;
        for (JobRow job : jobs) {
            if (change(tx, job, new JobEvent.CancelRequested(by), facts) instanceof Step.To<JobState>(var after)) {
                changed = true;
                anyOver |= after instanceof Finished;
            }
        }
        if (changed) {
            settler.cancelledBy(tx, stage, by);
        }
        if (anyOver) {
            settler.settle(tx, stage, jobs.getFirst().place(), facts);
        }
        events.appendAll(tx, facts);
        return changed ? StageCancel.BEGUN : StageCancel.UNDER_WAY;
    }

    private static JobRow lock(Handle tx, JobRunId id) {
        return tx.createQuery(LOCK)
                .bind("id", id.value())
                .map((row, _) -> JobRow.read(row))
                .findOne()
                .orElseThrow(
                        () -> new PenstockException(ErrorCode.NOT_FOUND, "There is no job run \"" + id.value() + "\""));
    }

    private Step<JobState> change(Handle tx, JobRow row, JobEvent event, List<Fact> facts) {
        Step<JobState> step = JobLife.next(row.state(), event, row.onLoss(), row.now());
        if (step instanceof Step.To<JobState>(var after)) {
            save(tx, row, event, after);
            if (isVisible(row.state(), after)) {
                facts.add(fact(row, after));
            }
            if (after instanceof Scheduled || (after instanceof Cancelling && !(row.state() instanceof Cancelling))) {
                signals.raise(tx, Channel.DISPATCH);
            }
        }
        return step;
    }

    private void save(Handle tx, JobRow row, JobEvent event, JobState after) {
        if (event instanceof Claimed(var _, var agentName) && after instanceof Held held) {
            Writes.later(tx, CLAIM)
                    .bind("id", row.id().value())
                    .bind("state", JobWords.of(after))
                    .bind("since", after.since())
                    .bind("attempt", after.attempt())
                    .bind("agent", held.agent().value())
                    .bind("lease", held.leaseUntil())
                    .bind("agentName", agentName)
                    .bind("event", JobWords.of(event))
                    .bind("now", row.now());
            return;
        }
        Optional<AttemptEnd> end = AttemptEnd.of(row.state(), event, after);
        Write write = Writes.later(tx, CHANGE)
                .bind("id", row.id().value())
                .bind("attempt", row.state().attempt())
                .bind("event", JobWords.of(event))
                .bind("byWhom", JobWords.byWhom(event))
                .bind("visible", isVisible(row.state(), after))
                .bind("now", row.now());
        bindState(write, after);
        bindProgress(write, progress(event));
        write.bind("outcome", end.map(e -> e.outcome().name()).orElse(null))
                .bind(
                        "attemptReason",
                        end.map(AttemptEnd::reason).map(Enum::name).orElse(null))
                .bind("attemptMessage", end.map(AttemptEnd::message).orElse(null));
        end.ifPresent(e -> consoles.close(tx, row.id(), row.state().attempt(), e.reported()));
    }

    private static void bindState(Write write, JobState after) {
        Held held = after instanceof Held h ? h : null;
        Finished over = after instanceof Finished f ? f : null;
        AgentId agent = held != null ? held.agent() : over != null ? over.reportedBy() : null;
        JobReason reason = over != null ? over.reason() : null;
        if (after instanceof JobState.Lost lost) {
            agent = lost.agent();
            reason = lost.reason();
        }
        write.bind("state", JobWords.of(after))
                .bind(
                        "phase",
                        after instanceof Running running ? running.phase().name() : null)
                .bind("since", after.since())
                .bind("agent", agent == null ? null : agent.value())
                .bind("lease", held == null ? null : held.leaseUntil())
                .bind("result", over == null ? null : over.result().name())
                .bind("reason", reason == null ? null : reason.name())
                .bind("message", over == null ? null : over.message())
                .bind("cancelledBy", after instanceof Cancelling cancelling ? cancelling.by() : null)
                .bind("endedAt", over == null ? null : over.since());
    }

    private static void bindProgress(Write write, Progress progress) {
        Instant building = progress.phases().stream()
                .filter(entered -> entered.phase() == Phase.BUILDING)
                .map(PhaseEntered::at)
                .findFirst()
                .orElse(null);
        write.bind("progress", !progress.phases().isEmpty() || !progress.tasks().isEmpty())
                .bind("buildingAt", building)
                .bind("phases", Json.write(progress.phases()))
                .bind("tasks", Json.write(progress.tasks()));
    }

    private static Progress progress(JobEvent event) {
        return switch (event) {
            case JobEvent.Reported reported -> reported.progress();
            case JobEvent.Ended ended -> ended.progress();
            case Claimed _,
                    JobEvent.CancelRequested _,
                    JobEvent.LeaseExpired _,
                    JobEvent.AgentRevoked _,
                    JobEvent.Unassignable _,
                    JobEvent.PutBack _,
                    JobEvent.QueueTimedOut _,
                    JobEvent.RerunDecided _,
                    JobEvent.GivenUp _ -> Progress.NONE;
        };
    }

    /** Whether people would notice the step: a renewed lease alone is no history. */
    private static boolean isVisible(JobState before, JobState after) {
        return !JobWords.of(before).equals(JobWords.of(after))
                || (before instanceof Running was && after instanceof Running is && was.phase() != is.phase());
    }

    private static Fact fact(JobRow row, JobState after) {
        Map<String, Object> body = row.place().body();
        body.put("job", row.name());
        body.put("job_id", row.id().value());
        body.put("attempt", after.attempt());
        body.put("state", JobWords.of(after));
        switch (after) {
            case Running running -> body.put("phase", running.phase());
            case Finished over -> {
                body.put("result", over.result());
                if (over.reason() != null) {
                    body.put("reason", over.reason());
                }
            }
            case Scheduled _, JobState.Assigned _, Cancelling _, JobState.Lost _ -> {}
        }
        if (after instanceof Held held) {
            body.put("agent", held.agent().value());
        }
        return new Fact(row.place().subject(), "job.changed", body);
    }
}

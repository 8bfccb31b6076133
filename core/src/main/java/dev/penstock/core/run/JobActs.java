package dev.penstock.core.run;

import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.JobRunStore.Act;
import java.util.Map;

/** What people do with a job: cancel it, and decide about it when its agent was lost. Thread-safe. */
public final class JobActs {
    private final Database database;
    private final JobRunStore jobs;

    JobActs(Database database, JobRunStore jobs) {
        this.database = database;
        this.jobs = jobs;
    }

    /**
     * Cancels a job. One that an agent has goes on until the agent confirms its end or falls silent; until then it is
     * repeated without effect.
     *
     * @throws PenstockException NOT_FOUND; CONFLICT when it is over
     */
    void cancel(JobRunId id, String by) {
        act(id, new JobEvent.CancelRequested(by), "job.cancel", by);
    }

    /**
     * Lets a lost job run again.
     *
     * @throws PenstockException NOT_FOUND; CONFLICT unless it waits for such a decision
     */
    void rerun(JobRunId id, String by) {
        act(id, new JobEvent.RerunDecided(by), "job.rerun", by);
    }

    /**
     * Lets a lost job fail.
     *
     * @throws PenstockException NOT_FOUND; CONFLICT unless it waits for such a decision
     */
    void giveUp(JobRunId id, String by) {
        act(id, new JobEvent.GivenUp(by), "job.give_up", by);
    }

    private void act(JobRunId id, JobEvent event, String name, String by) {
        database.useTransaction(tx -> {
            Act act = jobs.act(tx, id, event);
            String job = act.job().place().text() + "/" + act.job().name();
            switch (act.step()) {
                case Step.To<JobState> _ ->
                    AuditStore.record(
                            tx,
                            by,
                            name,
                            "job/" + job,
                            Map.of(
                                    "id",
                                    id.value(),
                                    "was",
                                    JobWords.of(act.job().state())));
                case Step.Stay<JobState>(var why, var _) when why == Step.Why.REPEATED -> {}
                case Step.Stay<JobState>(var _, var message) ->
                    throw new PenstockException(
                            ErrorCode.CONFLICT,
                            "Job \"" + job + "\" is " + JobWords.of(act.job().state()) + ": " + message);
            }
        });
    }
}

package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.core.agent.Agent;
import dev.penstock.core.agent.AgentRoster;
import dev.penstock.core.dispatch.HeldCheck.HeldRow;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.run.ConsoleSink;
import dev.penstock.core.run.HeldAttemptQuery;
import dev.penstock.core.run.HeldAttempts;
import dev.penstock.core.run.JobEvent;
import dev.penstock.core.run.JobReason;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.JobRunStore;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a job to an agent: one commit, and the assignment after it. Thread-safe. */
final class Claims {
    private static final Logger log = LoggerFactory.getLogger(Claims.class);

    private final Database database;
    private final JobRunStore jobs;
    private final HeldAttempts heldAttempts;
    private final AgentRoster roster;
    private final AssignmentBuilder assignments;
    private final ConsoleSink consoles;
    private final PluginWaits pluginWaits;

    Claims(
            Database database,
            JobRunStore jobs,
            HeldAttempts heldAttempts,
            AgentRoster roster,
            AssignmentBuilder assignments,
            ConsoleSink consoles,
            PluginWaits pluginWaits) {
        this.database = database;
        this.jobs = jobs;
        this.heldAttempts = heldAttempts;
        this.roster = roster;
        this.assignments = assignments;
        this.consoles = consoles;
        this.pluginWaits = pluginWaits;
    }

    /** An attempt that an agent has got. */
    record Given(AgentId agent, JobRunId job, int attempt) {}

    /**
     * @param pipeline whose workspace the agent will have
     * @param secrets what the assignment has in clear and nobody else may see
     */
    record Made(JobAssignment assignment, PipelineId pipeline, List<String> secrets) {
        Made {
            secrets = List.copyOf(secrets);
        }

        /** Without what it holds. */
        @Override
        public String toString() {
            return assignment.locator();
        }
    }

    /** Claims the job for the agent; empty when it waits no more, or the agent may not have it (now). */
    Optional<Given> claim(AgentId agent, String agentName, JobRunId job) {
        try {
            return database.inTransaction(tx ->
                    jobs.claim(tx, job, agent, agentName).map(assigned -> new Given(agent, job, assigned.attempt())));
        } catch (JdbiException e) {
            if (JobQueue.isSecondJob(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Makes the assignment of an attempt. When none can be made, the job is over as UNASSIGNABLE with the reason in its
     * console, or waits again when it is only that a plugin does not answer; the answer is empty.
     *
     * @param again it was made before, and may have reached the agent after all: then the job is not put back
     * @throws JdbiException when the database does not answer; the attempt stays with the agent, to be asked for again
     */
    Optional<Made> assignment(Given given, boolean again) {
        Optional<Agent> agent = roster.find(given.agent());
        if (agent.isEmpty()) {
            return Optional.empty(); // deleted just now, and the attempt taken from it
        }
        try {
            Made made = assignments.build(given, agent.get());
            consoles.expect(given.job(), given.attempt(), made.secrets());
            heldAttempts.remember(given.agent(), given.job(), given.attempt());
            log.atInfo()
                    .addKeyValue("job", given.job().value())
                    .addKeyValue("locator", made.assignment().locator())
                    .addKeyValue("attempt", given.attempt())
                    .addKeyValue("agent", agent.get().facts().hostName())
                    .log("Job assigned");
            return Optional.of(made);
        } catch (UnassignableException e) {
            if (!e.isPassing()) {
                end(given, e.reason(), new JobEvent.Unassignable(e.reason()));
            } else if (!again) {
                pluginWaits.note(given.job(), e.reason());
                end(given, e.reason(), new JobEvent.PutBack(e.reason()));
            }
        } catch (JdbiException e) {
            throw e;
        } catch (RuntimeException e) {
            log.atError().setCause(e).addKeyValue("job", given.job().value()).log("No assignment can be made");
            String reason = "The server made a mistake when it prepared the job; its log says which";
            end(given, reason, new JobEvent.Unassignable(reason));
        }
        return Optional.empty();
    }

    private void end(Given given, String reason, JobEvent event) {
        log.atInfo()
                .addKeyValue("job", given.job().value())
                .addKeyValue("reason", reason)
                .log("A job cannot be assigned");
        consoles.append(given.job(), given.attempt(), 0, assignments.consoleLine(reason));
        database.useTransaction(tx -> jobs.apply(tx, given.job(), event));
    }

    /** Whether the agent's own report has ended the attempt. */
    boolean hasEnded(Handle handle, AgentId agent, HeldJob job) {
        return HeldAttemptQuery.find(handle, agent, new JobRunId(job.jobId()), job.attempt())
                .filter(HeldAttempts.HeldAttempt::ended)
                .isPresent();
    }

    /** Takes an attempt from an agent that has said for a while that it does not have it. */
    void lost(HeldRow row) {
        log.atWarn()
                .addKeyValue("job", row.job())
                .addKeyValue("agent", row.agent().value())
                .log("An agent does not have the job that it was given");
        database.useTransaction(tx -> jobs.apply(
                tx,
                new JobRunId(row.job()),
                new JobEvent.Ended(
                        row.agent(),
                        row.attempt(),
                        JobResult.FAILED,
                        JobReason.AGENT_RESTARTED,
                        "The agent does not have the job any more",
                        JobEvent.Progress.NONE)));
    }
}

package dev.penstock.core.dispatch;

import dev.penstock.core.agent.AgentListener;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.run.JobEvent;
import dev.penstock.core.run.JobRunStore;
import org.jdbi.v3.core.Handle;

/** What becomes of the jobs of an agent that is deleted: what it holds is lost, what waits for it alone has failed. */
public final class AgentRemoval implements AgentListener {
    private final JobRunStore jobs;

    public AgentRemoval(JobRunStore jobs) {
        this.jobs = jobs;
    }

    @Override
    public void deleted(Handle tx, AgentId agent) {
        // All of them are locked before the first is changed, because its change locks what comes after jobs.
        for (JobQueue.OfAgent job : JobQueue.lockOfAgent(tx, agent)) {
            jobs.apply(
                    tx,
                    job.job(),
                    job.waiting()
                            ? new JobEvent.Unassignable("The agent that alone may run it was deleted")
                            : new JobEvent.AgentRevoked(agent));
        }
    }
}

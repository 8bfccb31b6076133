package dev.penstock.core.run;

import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.HeldAttempts.HeldAttempt;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Reads how an agent's attempt of a job stands. */
public final class HeldAttemptQuery {
    private static final String FIND = """
            SELECT j.attempt = a.attempt
                   AND j.agent_id = a.agent_id
                   AND j.state IN ('ASSIGNED', 'RUNNING', 'CANCELLING') AS current,
                   a.outcome IN ('PASSED', 'FAILED', 'CANCELLED') IS TRUE AS ended,
                   j.state = 'CANCELLING' AS cancelling,
                   coalesce(extract(epoch FROM j.lease_until - clock_timestamp()), 0) AS lease_seconds
              FROM job_attempt a
              JOIN job_run j ON j.id = a.job_run_id
             WHERE a.job_run_id = :job
               AND a.attempt = :attempt
               AND a.agent_id = :agent
            """;

    private HeldAttemptQuery() {}

    /** The attempt, if the agent was ever given it. */
    public static Optional<HeldAttempt> find(Handle handle, AgentId agent, JobRunId job, int attempt) {
        return handle.createQuery(FIND)
                .bind("job", job.value())
                .bind("attempt", attempt)
                .bind("agent", agent.value())
                .map((row, _) -> new HeldAttempt(
                        row.getBoolean("current"),
                        row.getBoolean("ended"),
                        row.getBoolean("cancelling"),
                        row.getDouble("lease_seconds")))
                .findOne();
    }
}

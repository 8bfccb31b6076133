package dev.penstock.core.ops;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Counts for metrics; each is answered from a small index. */
final class OpsQuery {
    private static final String ONE = "SELECT 1";

    private static final String JOBS = """
            SELECT state, count(*) AS count
              FROM job_run
             WHERE state IN ('SCHEDULED', 'ASSIGNED', 'RUNNING', 'CANCELLING', 'LOST')
             GROUP BY state
            """;

    private static final String OLDEST_WAITING = """
            SELECT coalesce(extract(epoch FROM clock_timestamp() - min(scheduled_at)), 0) AS seconds
              FROM job_run
             WHERE state = 'SCHEDULED'
            """;

    private static final String AGENTS = """
            SELECT CASE
                     WHEN state <> 'ENABLED' THEN lower(state)
                     WHEN last_seen_at < clock_timestamp() - interval '60 seconds' THEN 'lost_contact'
                     WHEN EXISTS (SELECT 1
                                    FROM job_run j
                                   WHERE j.agent_id = agent.id
                                     AND j.state IN ('ASSIGNED', 'RUNNING', 'CANCELLING')) THEN 'building'
                     ELSE 'idle'
                   END AS state,
                   count(*) AS count
              FROM agent
             WHERE deleted_at IS NULL
             GROUP BY 1
            """;

    private OpsQuery() {}

    static int one(Handle handle) {
        return handle.createQuery(ONE).mapTo(Integer.class).one();
    }

    /** How many jobs are in each state that is not the last. */
    static Map<String, Long> jobs(Handle handle) {
        return counts(handle, JOBS);
    }

    /** How long the job that waits longest has waited, in seconds. */
    static double oldestWaiting(Handle handle) {
        return handle.createQuery(OLDEST_WAITING).mapTo(Double.class).one();
    }

    /** How many agents do what. */
    static Map<String, Long> agents(Handle handle) {
        return counts(handle, AGENTS);
    }

    private static Map<String, Long> counts(Handle handle, String query) {
        Map<String, Long> counts = new LinkedHashMap<>();
        handle.createQuery(query)
                .map((row, _) -> Map.entry(row.getString("state"), row.getLong("count")))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }
}

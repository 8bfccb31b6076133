package dev.penstock.agent.job;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Where a job runs, and what holds there for every job.
 *
 * @param workspaces the folder under which each pipeline has its own
 * @param data the agent's own folder, which nobody else may read
 * @param grace how long a process may take to end when it is asked to
 * @param spoolBytes how much of a console may wait for the server before the program that prints has to wait
 * @param environment that of the agent's own process
 */
public record Place(
        UUID agentId,
        String agentName,
        String serverUrl,
        Path workspaces,
        Path data,
        Duration grace,
        long spoolBytes,
        Map<String, String> environment,
        MaterialRules materials) {

    public Place {
        environment = Map.copyOf(environment);
    }

    /**
     * What checkouts may do.
     *
     * @param localFolders from which materials may be read, with what is in them
     */
    public record MaterialRules(List<Path> localFolders, Duration networkTimeout, long fetchLimitBytes) {
        public MaterialRules {
            localFolders = List.copyOf(localFolders);
        }
    }

    /** What no other attempt of any job on any agent has. */
    String mark(long jobId, int attempt) {
        return agentId + "/" + jobId + "/" + attempt;
    }
}

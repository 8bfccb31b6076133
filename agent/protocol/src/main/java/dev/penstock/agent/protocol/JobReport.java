package dev.penstock.agent.protocol;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a job since the last report; an empty one only renews the lease. Repeatable: the server applies each
 * fact once, whatever the order and number of arrivals.
 *
 * <p>A short job sends just one report, with everything in it: a job costs the database three commits.
 *
 * @param phases all phases entered so far, with the agent's times
 * @param tasks all tasks begun so far
 * @param console the bytes of the console from an offset on; at most {@link Protocol#MAX_CONSOLE_CHUNK_BYTES}; null when
 *     they were sent before
 * @param end set in the last report; everything before it has been sent
 */
public record JobReport(
        int attempt,
        List<PhaseEntered> phases,
        List<TaskRun> tasks,
        @Nullable ConsoleChunk console,
        @Nullable End end) {

    public JobReport {
        phases = Copies.of(phases);
        tasks = Copies.of(tasks);
    }

    /** What an agent does with a job. */
    public enum Phase {
        PREPARING,
        BUILDING,
        COMPLETING
    }

    public record PhaseEntered(Phase phase, Instant at) {}

    /**
     * A task in the console.
     *
     * @param index from 0, in the order of the definition; -1 preparation, -2 publishing
     * @param summary one line without secrets
     * @param consoleOffset where its first byte stands
     * @param endedAt null while it runs
     * @param exitCode null where there was no program
     */
    public record TaskRun(
            int index,
            String summary,
            TaskState state,
            long consoleOffset,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Integer exitCode) {}

    public enum TaskState {
        RUNNING,
        PASSED,
        FAILED,
        CANCELLED
    }

    /** Bytes of the console, in base64 in JSON. */
    @SuppressWarnings("ArrayRecordComponent") // equality is never asked of a chunk
    public record ConsoleChunk(long offset, byte[] bytes) {}

    /**
     * How the job ended.
     *
     * @param reason a code for people and programs; null when it passed
     * @param message one line; null when it passed
     * @param consoleLength the bytes of the whole console; the result counts only when the server has them all
     * @param artifacts published together with the result, or not at all; their blobs were uploaded before
     * @param cleanUp how many processes were left after the job and had to be ended
     */
    public record End(
            Result result,
            @Nullable Reason reason,
            @Nullable String message,
            Instant at,
            long consoleLength,
            List<PublishedArtifact> artifacts,
            int cleanUp) {
        public End {
            artifacts = Copies.of(artifacts);
        }
    }

    public enum Result {
        PASSED,
        FAILED,
        CANCELLED
    }

    /** Why a job did not pass. */
    public enum Reason {
        TASK_FAILED,
        TOOL_NOT_FOUND,
        MATERIAL_FAILED,
        ARTIFACT_FAILED,
        PLUGIN_FAILED,
        IDLE_TIMEOUT,
        TOTAL_TIMEOUT,
        CANCELLED,
        AGENT_RESTARTED,
        AGENT_ERROR
    }

    /**
     * @param path among the job's artifacts, with {@code /}
     * @param test whether it came from a rule of kind TEST
     */
    public record PublishedArtifact(String path, String sha256, long size, boolean test) {}
}

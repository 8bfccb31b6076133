package dev.penstock.core.config.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step of a job.
 *
 * @param type {@link #EXEC}, {@link #FETCH}, or the id of a task type that a plugin offers
 * @param options as in {@link MaterialDefinition#options()}
 * @param workingDirectory inside the pipeline's working directory, with {@code /}; empty for the directory itself
 * @param runIf never empty; PASSED alone by default
 * @param onCancel runs when the job is cancelled during this task; null ends the processes only
 * @param timeoutMinutes 0 for none
 */
public record TaskDefinition(
        String type,
        Map<String, Object> options,
        String workingDirectory,
        List<RunIf> runIf,
        @Nullable TaskDefinition onCancel,
        int timeoutMinutes) {

    /** A command with arguments: options {@code command} and {@code arguments} (list). */
    public static final String EXEC = "exec";

    /** Artifacts of another job: options pipeline, stage, job, source, is_file, destination. */
    public static final String FETCH = "fetch";

    public TaskDefinition {
        options = Ordered.options(options);
        runIf = List.copyOf(runIf);
    }

    /** The state of the job so far in which a task runs. */
    public enum RunIf {
        PASSED,
        FAILED,
        ANY
    }
}

package dev.penstock.agent.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that an agent needs to run one attempt of a job; it never sees a pipeline's definition.
 *
 * @param jobId the job run
 * @param attempt the fencing number: every message about the job carries it, and one that is not the newest is refused
 * @param locator {@code pipeline/counter/stage/counter/job}, for messages
 * @param workspace the name of the working directory, one path segment; equal for all stages of a pipeline
 * @param materials in the order of checkout; empty when the stage fetches none
 * @param environment in the order in which it is set; a later one of the same name wins
 * @param secrets values to mask, besides those of secure variables
 * @param idleTimeoutSeconds the job fails after this long without console output; 0 means never
 * @param totalTimeoutSeconds the job fails after this long altogether; 0 means never
 * @param maxConsoleBytes what is written beyond is not kept
 * @param plugins the jars that its tasks and materials need
 */
public record JobAssignment(
        long jobId,
        int attempt,
        String locator,
        String workspace,
        boolean cleanWorkspace,
        List<MaterialCheckout> materials,
        List<Variable> environment,
        List<String> secrets,
        List<Task> tasks,
        List<ArtifactRule> artifacts,
        int idleTimeoutSeconds,
        int totalTimeoutSeconds,
        long maxConsoleBytes,
        List<PluginJar> plugins,
        Instant assignedAt) {

    public JobAssignment {
        materials = Copies.of(materials);
        environment = Copies.of(environment);
        secrets = Copies.of(secrets);
        tasks = Copies.of(tasks);
        artifacts = Copies.of(artifacts);
        plugins = Copies.of(plugins);
    }

    /** Without what is in it, which is secret in part. */
    @Override
    public String toString() {
        return locator + " (job " + jobId + ", attempt " + attempt + ")";
    }

    /**
     * A variable of the job.
     *
     * @param secure its value is masked in the console and listed as {@code ********}
     */
    public record Variable(String name, String value, boolean secure) {
        @Override
        public String toString() {
            return name + "=" + (secure ? "********" : value);
        }
    }

    /**
     * A material to bring to a revision.
     *
     * @param type the id of a material type
     * @param displayName shown in the console
     * @param destination a folder inside the workspace, with {@code /}; empty for the workspace itself
     * @param options by name: a string, number, boolean, list of strings or map of strings; secrets in clear
     */
    public record MaterialCheckout(
            String type, String displayName, String destination, String revision, Map<String, Object> options) {
        public MaterialCheckout {
            options = Copies.of(options);
        }

        @Override
        public String toString() {
            return type + " " + displayName + " @ " + revision;
        }
    }

    /**
     * A step of the job.
     *
     * @param type {@code exec}, {@code fetch}, or the id of a plugin's task type
     * @param options by name, as for materials; those of {@code exec}: command, arguments (list); of {@code fetch}: see
     *     {@link FetchRequest}
     * @param workingDirectory inside the workspace, with {@code /}; empty for the workspace itself
     * @param runIf when it runs: the states of the job so far in which it does
     * @param onCancel runs when the job is cancelled during this task; null ends the processes only
     * @param timeoutSeconds the task fails after this long; 0 means never
     */
    public record Task(
            String type,
            Map<String, Object> options,
            String workingDirectory,
            List<RunIf> runIf,
            @Nullable Task onCancel,
            int timeoutSeconds) {
        public Task {
            options = Copies.of(options);
            runIf = Copies.of(runIf);
        }

        @Override
        public String toString() {
            return "task " + type;
        }
    }

    /** The states of a job in which a task runs. */
    public enum RunIf {
        PASSED,
        FAILED,
        ANY
    }

    /**
     * Files to publish when the tasks are over.
     *
     * @param source a pattern with {@code *} and {@code **}, relative to the workspace
     * @param destination a folder among the job's artifacts; empty for their root
     */
    public record ArtifactRule(Kind kind, String source, String destination) {
        /** What the files are. */
        public enum Kind {
            /** The job fails when nothing matches. */
            BUILD,
            /** JUnit reports as well; nothing matching is only a warning. */
            TEST
        }
    }

    /** A plugin's jar, which the agent keeps by its hash. */
    public record PluginJar(String id, String version, String sha256, long size) {}
}

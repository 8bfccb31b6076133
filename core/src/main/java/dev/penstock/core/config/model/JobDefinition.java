package dev.penstock.core.config.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job: tasks that one agent runs in order.
 *
 * @param runInstances how many agents run it
 * @param resources labels that an agent must have, compared without regard to case
 * @param idleTimeoutMinutes without console output; null for the server's default, 0 for never
 * @param totalTimeoutMinutes from its start; null for the server's default, 0 for never
 * @param queueTimeoutMinutes waiting for an agent; null for the server's default, 0 for never
 */
public record JobDefinition(
        String name,
        RunInstances runInstances,
        List<String> resources,
        @Nullable String elasticProfileId,
        @Nullable Integer idleTimeoutMinutes,
        @Nullable Integer totalTimeoutMinutes,
        @Nullable Integer queueTimeoutMinutes,
        OnAgentLoss onAgentLoss,
        List<Variable> variables,
        List<TaskDefinition> tasks,
        List<ArtifactDefinition> artifacts,
        List<Tab> tabs) {

    public JobDefinition {
        resources = List.copyOf(resources);
        variables = List.copyOf(variables);
        tasks = List.copyOf(tasks);
        artifacts = List.copyOf(artifacts);
        tabs = List.copyOf(tabs);
    }

    /**
     * How many instances a job has.
     *
     * @param kind one, all matching live agents, or {@code count}
     * @param count at least 1; 1 unless the kind is COUNT
     */
    public record RunInstances(Kind kind, int count) {
        public static final RunInstances ONE = new RunInstances(Kind.ONE, 1);
        public static final RunInstances ALL_AGENTS = new RunInstances(Kind.ALL_AGENTS, 1);

        /** The three kinds of jobs. */
        public enum Kind {
            ONE,
            ALL_AGENTS,
            COUNT
        }
    }

    /**
     * What happens when the agent of a running job is lost.
     *
     * @param policy run it again by itself, or leave it to a person
     * @param maxReruns at most this many further attempts; 0 for ASK
     */
    public record OnAgentLoss(Policy policy, int maxReruns) {
        /** The default: two further attempts. */
        public static final OnAgentLoss RERUN = new OnAgentLoss(Policy.RERUN, 2);

        public static final OnAgentLoss ASK = new OnAgentLoss(Policy.ASK, 0);

        /** The two policies. */
        public enum Policy {
            RERUN,
            ASK
        }
    }

    /** An artifact shown as a tab of the job's page. */
    public record Tab(String name, String path) {}
}

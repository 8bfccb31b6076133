package dev.penstock.core.config.model;

import java.util.List;

/**
 * A stage: jobs that run side by side.
 *
 * @param cleanWorkingDirectory deletes the pipeline's working directory before each job
 * @param neverCleanupArtifacts keeps artifacts of this stage from retention
 */
public record StageDefinition(
        String name,
        boolean fetchMaterials,
        boolean cleanWorkingDirectory,
        boolean neverCleanupArtifacts,
        Approval approval,
        List<Variable> variables,
        List<JobDefinition> jobs) {

    public StageDefinition {
        variables = List.copyOf(variables);
        jobs = List.copyOf(jobs);
    }

    /**
     * What starts the stage. A first stage that is manual means that changes do not start the pipeline.
     *
     * @param allowOnlyOnSuccess a person may start it only when the stage before has passed
     * @param users who may; empty together with roles: whoever may operate the group
     */
    public record Approval(Type type, boolean allowOnlyOnSuccess, List<String> users, List<String> roles) {
        /** Started by the success of the stage before, or by a change. */
        public static final Approval AUTOMATIC = new Approval(Type.SUCCESS, false, List.of(), List.of());

        public Approval {
            users = List.copyOf(users);
            roles = List.copyOf(roles);
        }

        /** The two ways. */
        public enum Type {
            SUCCESS,
            MANUAL
        }
    }
}

package dev.penstock.core.run;

import dev.penstock.agent.protocol.JobReport;

/** Why a job did not pass: a stable word for people and programs. */
public enum JobReason {
    TASK_FAILED,
    TOOL_NOT_FOUND,
    MATERIAL_FAILED,
    ARTIFACT_FAILED,
    PLUGIN_FAILED,
    IDLE_TIMEOUT,
    TOTAL_TIMEOUT,
    /** A person cancelled it. */
    CANCELLED,
    /** The agent's process ended while the job ran. */
    AGENT_RESTARTED,
    AGENT_ERROR,
    /** No word from the agent until the lease ended. */
    AGENT_LOST,
    /** The agent was deleted while it held the job. */
    AGENT_REVOKED,
    /** No enabled agent fits a job that runs on all agents. */
    NO_MATCHING_AGENT,
    /** An instance for a host that was down when the stage started. */
    AGENT_DOWN,
    /** No agent took it in time. */
    QUEUE_TIMEOUT,
    /** Its assignment could not be made, for example because a secret is missing. */
    UNASSIGNABLE;

    /** The reason that an agent gave. */
    public static JobReason of(JobReport.Reason reason) {
        return valueOf(reason.name());
    }
}

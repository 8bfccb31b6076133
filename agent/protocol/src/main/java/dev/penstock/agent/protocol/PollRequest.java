package dev.penstock.agent.protocol;

import java.util.List;

/**
 * An agent asks what to do. It polls while it works, too, so that a cancel reaches it at once.
 *
 * @param held the jobs whose processes or unsent journal this agent has, so that the server can tell which of them are
 *     no longer its own
 * @param idle whether it can take a job now
 * @param waitSeconds how long the answer may take at most
 * @param fresh whether this process of the agent has had no answer yet: a job that it does not hold is not on its way to it
 *     either, but was lost with an earlier process
 */
public record PollRequest(
        int protocolVersion, AgentFacts facts, List<HeldJob> held, boolean idle, int waitSeconds, boolean fresh) {

    public PollRequest {
        held = Copies.of(held);
    }

    /** What an agent asks that has had answers. */
    public PollRequest(int protocolVersion, AgentFacts facts, List<HeldJob> held, boolean idle, int waitSeconds) {
        this(protocolVersion, facts, held, idle, waitSeconds, false);
    }

    /** A job attempt that the agent has. */
    public record HeldJob(long jobId, int attempt) {}
}

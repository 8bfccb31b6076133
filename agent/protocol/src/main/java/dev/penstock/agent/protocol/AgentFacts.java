package dev.penstock.agent.protocol;

/**
 * What an agent says of its machine. Shown to people; a claim, never an identity.
 *
 * @param workingDirectory the absolute path under which it keeps workspaces
 * @param freeBytes usable space there, or -1 when unknown
 * @param operatingSystem such as {@code Linux 6.1 amd64}
 * @param user the OS user whose rights its jobs have
 */
public record AgentFacts(
        String hostName,
        String ipAddress,
        String operatingSystem,
        String user,
        String workingDirectory,
        long freeBytes,
        String agentVersion) {}

package dev.penstock.agent.protocol;

/**
 * The answer to a {@link JobReport}, with status 200. Status 409 means that the attempt is no longer the agent's: it
 * ends the processes and forgets the job. Status 412 means that the console is not complete: send from
 * {@code consoleLength} on and repeat the report.
 *
 * @param cancel the job is being cancelled: stop it
 * @param consoleLength how many bytes of the console the server has
 */
public record ReportReply(boolean cancel, long consoleLength) {}

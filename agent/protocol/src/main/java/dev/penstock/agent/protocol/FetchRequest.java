package dev.penstock.agent.protocol;

/**
 * What a {@code fetch} task asks for, as the query of GET /jobs/{id}/fetch and as the task's options: pipeline, stage,
 * job, source, is_file.
 *
 * @param pipeline empty for the job's own pipeline; {@code A/B} for an ancestor by a path
 * @param source a file or folder among the source job's artifacts
 * @param isFile whether {@code source} is one file
 */
public record FetchRequest(String pipeline, String stage, String job, String source, boolean isFile) {}

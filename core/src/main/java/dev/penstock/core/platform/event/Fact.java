package dev.penstock.core.platform.event;

/**
 * Something that happened.
 *
 * @param subject such as {@code run/deploy/42}
 * @param kind such as {@code job.changed}
 * @param body a record or map of what happened, without secrets
 */
public record Fact(String subject, String kind, Object body) {}

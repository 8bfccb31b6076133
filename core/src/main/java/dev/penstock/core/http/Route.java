package dev.penstock.core.http;

/**
 * A route as it was added.
 *
 * @param path with parameters in braces, such as {@code /api/v1/agents/{id}}
 */
public record Route(String method, String path, Access access) {}

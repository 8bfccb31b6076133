package dev.penstock.plugin;

/**
 * One mistake in values that a person gave.
 *
 * @param path where, as names joined by dots, such as {@code "goals"} or {@code "properties.0"}; empty for the whole
 * @param message what is wrong and what to do, one sentence, with the offending value in quotes
 */
public record Violation(String path, String message) {}

package dev.penstock.core.console;

import dev.penstock.core.run.RetentionRules;

/**
 * How much of consoles is kept, and for how long.
 *
 * @param maxBytes the most that is kept of one console
 */
public record ConsoleLimits(long maxBytes, RetentionRules rules) {}

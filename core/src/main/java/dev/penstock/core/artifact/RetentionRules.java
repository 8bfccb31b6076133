package dev.penstock.core.artifact;

import java.time.Duration;

/**
 * How long artifacts are kept.
 *
 * @param keepFor those of stages that ended longer ago are deleted; zero for ever
 * @param keepRuns of each pipeline so many newest runs keep theirs; 0 for all
 * @param purgeBelowBytes when less is free the oldest are deleted; 0 for never
 * @param purgeUntilBytes when so much is free that ends
 */
public record RetentionRules(Duration keepFor, int keepRuns, long purgeBelowBytes, long purgeUntilBytes) {}

/** What test reports say: read once after a job, kept as rows. */
@NullMarked
package dev.penstock.core.artifact.report;

import org.jspecify.annotations.NullMarked;

/**
 * Runs one attempt of a job: working directory, materials, tasks, artifacts, and the report of it all.
 *
 * <p>{@link dev.penstock.agent.job.RunningJob} is the entry. A job has its own threads: one that works, one that reports,
 * one that watches the time; it is stopped by a {@link dev.penstock.agent.job.StopSignal}.
 */
@NullMarked
package dev.penstock.agent.job;

import org.jspecify.annotations.NullMarked;

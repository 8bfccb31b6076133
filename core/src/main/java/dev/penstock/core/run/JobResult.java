package dev.penstock.core.run;

/** How a job or a stage came out. */
public enum JobResult {
    PASSED,
    FAILED,
    CANCELLED
}

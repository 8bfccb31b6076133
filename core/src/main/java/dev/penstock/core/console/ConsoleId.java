package dev.penstock.core.console;

import dev.penstock.core.platform.ids.JobRunId;

/** One console: every attempt of a job has its own. */
record ConsoleId(JobRunId job, int attempt) {
    ConsoleId {
        if (attempt <= 0) {
            throw new IllegalArgumentException("Not an attempt: " + attempt);
        }
    }

    @Override
    public String toString() {
        return "the console of attempt " + attempt + " of job " + job.value();
    }
}

package dev.penstock.core.run;

import dev.penstock.core.platform.ids.JobRunId;
import java.util.List;

/** The secrets that a job was given; {@code dispatch} implements it. Thread-safe. */
@FunctionalInterface
public interface JobSecrets {

    /** Their values in clear, to be masked and for nothing else; empty for a job without secrets. */
    List<String> of(JobRunId job);
}

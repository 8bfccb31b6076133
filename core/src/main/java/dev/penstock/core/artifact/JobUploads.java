package dev.penstock.core.artifact;

import dev.penstock.core.platform.ids.JobRunId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much each job has uploaded to this server since it started, so that one that publishes nothing cannot fill the disk.
 * What it publishes is counted exactly when it does. Thread-safe.
 */
final class JobUploads {
    /** More jobs than upload at one time. */
    private static final int MAX_REMEMBERED = 10_000;

    private final Map<JobRunId, Long> bytes = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<JobRunId, Long> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    synchronized long of(JobRunId job) {
        return bytes.getOrDefault(job, 0L);
    }

    synchronized void add(JobRunId job, long uploaded) {
        bytes.merge(job, uploaded, Long::sum);
    }
}

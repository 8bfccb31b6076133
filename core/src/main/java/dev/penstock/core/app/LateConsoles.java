package dev.penstock.core.app;

import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.ConsoleSink;
import org.jdbi.v3.core.Handle;

/** Consoles for {@code run}, which is made before them. */
record LateConsoles(Late<ConsoleSink> consoles) implements ConsoleSink {

    @Override
    public Extent append(JobRunId job, int attempt, long offset, byte[] bytes) {
        return consoles.get().append(job, attempt, offset, bytes);
    }

    @Override
    public Extent extent(JobRunId job, int attempt) {
        return consoles.get().extent(job, attempt);
    }

    @Override
    public void flush(JobRunId job, int attempt) {
        consoles.get().flush(job, attempt);
    }

    @Override
    public void close(Handle tx, JobRunId job, int attempt, boolean complete) {
        consoles.get().close(tx, job, attempt, complete);
    }
}

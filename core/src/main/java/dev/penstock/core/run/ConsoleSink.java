package dev.penstock.core.run;

import dev.penstock.core.platform.ids.JobRunId;
import org.jdbi.v3.core.Handle;

/** Where the console of an attempt goes; {@code console} implements it. Thread-safe. */
public interface ConsoleSink {

    /**
     * Stores bytes that begin at an offset; bytes that are there already are passed over.
     *
     * @return the length after it; less than {@code offset} when the chunk begins beyond the end and nothing was stored
     */
    long append(JobRunId job, int attempt, long offset, byte[] bytes);

    /** How many bytes are stored. */
    long length(JobRunId job, int attempt);

    /**
     * Ends the console in the transaction that ends the attempt.
     *
     * @param complete false when the attempt was lost before all of it had arrived
     */
    void close(Handle tx, JobRunId job, int attempt, boolean complete);
}

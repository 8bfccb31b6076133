package dev.penstock.core.run;

import dev.penstock.core.platform.ids.JobRunId;
import java.util.Collection;
import org.jdbi.v3.core.Handle;

/** Where the console of an attempt goes; {@code console} implements it. Thread-safe. */
public interface ConsoleSink {

    /**
     * Stores bytes that begin at an offset; bytes that are there already are passed over. What is stored when this
     * returns survives a kill of the process. Call it before a transaction begins, not inside of one.
     *
     * @return what there is after it; {@code length} is less than {@code offset} when the chunk begins beyond the end and
     *     nothing was stored
     * @throws dev.penstock.core.platform.error.PenstockException STORAGE_FULL when the disk is full
     */
    Extent append(JobRunId job, int attempt, long offset, byte[] bytes);

    /**
     * Tells which secrets an attempt is about to get, so that none of them is stored in its console. Without it, or after a
     * restart, they are looked up when its first bytes come.
     */
    default void expect(JobRunId job, int attempt, Collection<String> secrets) {}

    /** What is stored. */
    Extent extent(JobRunId job, int attempt);

    /**
     * Puts what is stored on disk. Call it before the transaction that ends the attempt begins, so that {@link #close}
     * has nothing to wait for while it holds locks.
     */
    default void flush(JobRunId job, int attempt) {}

    /**
     * Ends the console in the transaction that ends the attempt. Its bytes are on disk when this returns.
     *
     * @param complete false when the attempt was lost before all of it had arrived
     */
    void close(Handle tx, JobRunId job, int attempt, boolean complete);

    /**
     * How much of a console there is.
     *
     * @param length in bytes
     * @param truncated the limit is reached: further bytes are accepted and not kept
     */
    record Extent(long length, boolean truncated) {

        /** Whether everything of a console that has so many bytes has arrived. */
        public boolean covers(long wholeLength) {
            return truncated || length >= wholeLength;
        }
    }
}

package dev.penstock.core.platform.signal;

import org.jdbi.v3.core.Handle;

/**
 * Wakes whoever waits, on this server and on others of the same database. A signal says nothing but "look again": it may
 * come twice, or late, or not at all, so every waiter also looks by itself from time to time. Thread-safe.
 */
public interface Signals {

    /** Raises the signal when the transaction commits: at once on this server, some milliseconds later on the others. */
    void raise(Handle tx, Channel channel);

    /** Calls {@code listener} at each signal until closed. It runs on the raising thread and must return at once. */
    AutoCloseable listen(Channel channel, Runnable listener);
}

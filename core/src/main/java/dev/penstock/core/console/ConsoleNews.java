package dev.penstock.core.console;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import org.jspecify.annotations.Nullable;

/** Tells other servers of the same database that consoles grew or ended, and hears it from them. Thread-safe. */
final class ConsoleNews {
    private final Database database;
    private final Signals signals;
    private final ConsoleHub hub;
    private volatile @Nullable Thread telling;

    ConsoleNews(Database database, Signals signals, ConsoleHub hub) {
        this.database = database;
        this.signals = signals;
        this.hub = hub;
    }

    /** Tells what happened since the last call, if anything did; false, because the next call has time. */
    boolean tell() {
        if (hub.takeNews()) {
            telling = Thread.currentThread();
            try {
                database.useTransaction(tx -> signals.raise(tx, Channel.CONSOLE));
            } finally {
                telling = null;
            }
        }
        return false;
    }

    /** A signal of this server itself is heard on the thread that raises it; those who follow here know already. */
    void heard() {
        if (Thread.currentThread() != telling) {
            hub.lookEverywhere();
        }
    }
}

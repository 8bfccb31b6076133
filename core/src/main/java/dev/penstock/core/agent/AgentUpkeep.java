package dev.penstock.core.agent;

import dev.penstock.core.platform.db.Database;
import java.time.Duration;

/** What is done for agents from time to time, whoever asks or not. Thread-safe. */
public final class AgentUpkeep {
    /** Neither used assertions nor forgotten agents hurt for so long. */
    public static final Duration TICK = Duration.ofMinutes(5);

    private final Database database;
    private final SigningKeys keys;

    public AgentUpkeep(Database database, SigningKeys keys) {
        this.database = database;
        this.keys = keys;
    }

    /** Forgets assertions that nobody would accept and agents that nobody enabled; renews the signing key when due. */
    public void run() {
        database.useTransaction(tx -> {
            AssertionStore.removeExpired(tx);
            AgentStore.removeStale(tx);
        });
        keys.rotate();
    }
}

package dev.penstock.core.agent;

import dev.penstock.core.agent.Assertions.Proof;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Handle;

/** Remembers which assertions were used, until nobody would accept them any more. */
final class AssertionStore {
    private static final String USE = """
            INSERT INTO agent_assertion (jti, expires_at)
            VALUES (:jti, :expiresAt)
            ON CONFLICT (jti) DO NOTHING
            """;

    /** Two minutes more than any clock of ours is off. */
    private static final String REMOVE_EXPIRED = """
            DELETE FROM agent_assertion
             WHERE expires_at < now() - interval '2 minutes'
            """;

    private AssertionStore() {}

    /** Answers whether it is used for the first time. An agent cannot use up the ids of another: its id is part of it. */
    static boolean use(Handle tx, Proof proof) {
        return tx.createUpdate(USE)
                        .bind("jti", proof.agent().value() + "/" + proof.jti())
                        .bind("expiresAt", proof.expiresAt().atOffset(ZoneOffset.UTC))
                        .execute()
                == 1;
    }

    static int removeExpired(Handle tx) {
        return tx.createUpdate(REMOVE_EXPIRED).execute();
    }
}

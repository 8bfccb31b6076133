package dev.penstock.core.platform.event;

import dev.penstock.core.platform.json.Json;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import org.jdbi.v3.core.Handle;

/** Writes facts. Thread-safe. */
public final class EventStore {
    private static final String APPEND = """
            INSERT INTO event (subject, kind, body)
            VALUES (:subject, :kind, CAST(:body AS jsonb))
            """;

    private final Signals signals;

    public EventStore(Signals signals) {
        this.signals = signals;
    }

    /**
     * Appends a fact, which readers see when the transaction commits.
     *
     * @param subject such as {@code run/deploy/42}; the part before the first slash is what permissions are asked about
     * @param kind such as {@code job.finished}
     * @param body a record or map of what happened, without secrets
     */
    public void append(Handle tx, String subject, String kind, Object body) {
        tx.createUpdate(APPEND)
                .bind("subject", subject)
                .bind("kind", kind)
                .bind("body", Json.write(body))
                .execute();
        signals.raise(tx, Channel.EVENTS);
    }
}

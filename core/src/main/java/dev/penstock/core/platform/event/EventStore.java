package dev.penstock.core.platform.event;

import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.json.Json;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Writes facts. Thread-safe. */
public final class EventStore {
    private static final String APPEND = """
            INSERT INTO event (subject, kind, body)
            VALUES (:subject, :kind, CAST(:body AS jsonb))
            """;

    private static final String APPEND_ALL = """
            INSERT INTO event (subject, kind, body)
            SELECT f.subject, f.kind, f.body::jsonb
              FROM unnest(:subjects, :kinds, :bodies) WITH ORDINALITY AS f (subject, kind, body, n)
             ORDER BY f.n
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
        Writes.later(tx, APPEND).bind("subject", subject).bind("kind", kind).bind("body", Json.write(body));
        signals.raise(tx, Channel.EVENTS);
    }

    /** Appends facts in their order, by one statement. */
    public void appendAll(Handle tx, List<Fact> facts) {
        if (facts.isEmpty()) {
            return;
        }
        Writes.later(tx, APPEND_ALL)
                .bindArray("subjects", "text", facts.stream().map(Fact::subject).toList())
                .bindArray("kinds", "text", facts.stream().map(Fact::kind).toList())
                .bindArray(
                        "bodies",
                        "text",
                        facts.stream().map(fact -> Json.write(fact.body())).toList());
        signals.raise(tx, Channel.EVENTS);
    }
}

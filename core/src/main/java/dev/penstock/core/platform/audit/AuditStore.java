package dev.penstock.core.platform.audit;

import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.json.Json;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Writes the audit trail. */
public final class AuditStore {
    private static final String APPEND = """
            INSERT INTO audit (actor, action, object, detail)
            VALUES (:actor, :action, :object, CAST(:detail AS jsonb))
            """;

    private AuditStore() {}

    /**
     * Records an act in the transaction that does it.
     *
     * @param actor who, as people know them
     * @param action such as {@code pipeline.save}
     * @param object such as {@code pipeline/deploy}
     * @param detail what else matters, without secrets
     */
    public static void record(Handle tx, String actor, String action, String object, Map<String, ?> detail) {
        Writes.later(tx, APPEND)
                .bind("actor", actor)
                .bind("action", action)
                .bind("object", object)
                .bind("detail", Json.write(detail));
    }
}

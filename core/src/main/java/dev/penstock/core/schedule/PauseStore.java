package dev.penstock.core.schedule;

import dev.penstock.core.platform.ids.PipelineId;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Who paused a pipeline. The caller holds the pipeline's lock. */
final class PauseStore {
    private static final String PAUSE = """
            UPDATE pipeline
               SET paused_at = clock_timestamp(), paused_by = :by, pause_reason = :reason
             WHERE id = :id
            """;

    private static final String UNPAUSE = """
            UPDATE pipeline
               SET paused_at = NULL, paused_by = NULL, pause_reason = NULL
             WHERE id = :id
            """;

    private PauseStore() {}

    static void pause(Handle tx, PipelineId id, String by, @Nullable String reason) {
        tx.createUpdate(PAUSE)
                .bind("id", id.value())
                .bind("by", by)
                .bind("reason", reason)
                .execute();
    }

    static void unpause(Handle tx, PipelineId id) {
        tx.createUpdate(UNPAUSE).bind("id", id.value()).execute();
    }
}

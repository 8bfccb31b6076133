package dev.penstock.core.schedule;

import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.db.Writes;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.ids.PipelineRunId;
import dev.penstock.core.platform.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Wishes for runs as rows. The only class that writes {@code trigger_request.state}. */
final class TriggerStore {
    private static final String INSERT = """
            INSERT INTO trigger_request (id, pipeline_id, requested_by, requested_at, body, state, run_id, message, ended_at)
            VALUES (:id, :pipeline, :by, :at, CAST(:body AS jsonb), :state, :run, :message, :endedAt)
            """;

    private static final String END = """
            UPDATE trigger_request
               SET state = :state, run_id = :run, code = :code, message = :message, ended_at = clock_timestamp()
             WHERE id = :id AND state = 'WAITING'
            """;

    private static final String COMMENT = """
            UPDATE pipeline_run
               SET comment = :comment
             WHERE id = :run
            """;

    private static final String COLUMNS = """
            SELECT t.id, t.pipeline_id, p.name AS pipeline, t.requested_by, t.requested_at, t.body, t.state, t.code,
                   t.message, t.ended_at, t.run_id, r.counter, r.label
              FROM trigger_request t
              JOIN pipeline p ON p.id = t.pipeline_id
              LEFT JOIN pipeline_run r ON r.id = t.run_id
            """;
    private static final String FIND = COLUMNS + " WHERE t.id = :id";
    private static final String WAITING = COLUMNS + """
             WHERE t.pipeline_id = :pipeline AND t.state = 'WAITING'
             ORDER BY t.requested_at
            """;

    private static final String LOOKS = """
            SELECT display_name, COALESCE(last_checked_at >= :since, false) AS looked, error_message
              FROM material
             WHERE id = ANY(:materials)
             ORDER BY id
            """;

    private TriggerStore() {}

    /**
     * What was wished for.
     *
     * @param pins chosen revisions
     * @param awaited materials that are to be looked at first
     */
    record Wish(
            List<Pin> pins,
            List<Variable> variables,
            @Nullable String comment,
            List<MaterialId> awaited) {
        Wish {
            pins = List.copyOf(pins);
            variables = List.copyOf(variables);
            awaited = List.copyOf(awaited);
        }
    }

    /** @param revision the revision, or the first characters of one */
    record Pin(MaterialId material, String revision) {}

    /** The states of a wish. */
    enum State {
        WAITING,
        STARTED,
        REFUSED
    }

    /** A run, as the answer names it. */
    record Run(PipelineRunId id, long counter, String label) {}

    /** A wish's row. */
    record Trigger(
            UUID id,
            PipelineId pipelineId,
            String pipeline,
            String requestedBy,
            Instant requestedAt,
            Wish wish,
            State state,
            @Nullable Run run,
            @Nullable String code,
            @Nullable String message,
            @Nullable Instant endedAt) {}

    /**
     * How a look went that was asked for.
     *
     * @param looked whether there has been one since
     * @param trouble why it failed; null when it did not
     */
    record Look(String material, boolean looked, @Nullable String trouble) {}

    /** Stores a wish: fulfilled when it has a run, waiting otherwise. */
    static void insert(Handle tx, Trigger trigger) {
        Run run = trigger.run();
        Writes.later(tx, INSERT)
                .bind("id", trigger.id())
                .bind("pipeline", trigger.pipelineId().value())
                .bind("by", trigger.requestedBy())
                .bind("at", trigger.requestedAt())
                .bind("body", Json.write(trigger.wish()))
                .bind("state", trigger.state().name())
                .bind("run", run == null ? null : run.id().value())
                .bind("message", trigger.message())
                .bind("endedAt", trigger.endedAt());
    }

    static void started(Handle tx, UUID id, PipelineRunId run) {
        end(tx, id, State.STARTED, run, null, null);
    }

    static void refused(Handle tx, UUID id, String code, String message) {
        end(tx, id, State.REFUSED, null, code, message);
    }

    private static void end(
            Handle tx,
            UUID id,
            State state,
            @Nullable PipelineRunId run,
            @Nullable String code,
            @Nullable String message) {
        tx.createUpdate(END)
                .bind("id", id)
                .bind("state", state.name())
                .bind("run", run == null ? null : run.value())
                .bind("code", code)
                .bind("message", message)
                .execute();
    }

    /** Gives the run the comment of the wish. */
    static void comment(Handle tx, PipelineRunId run, String comment) {
        tx.createUpdate(COMMENT)
                .bind("run", run.value())
                .bind("comment", comment)
                .execute();
    }

    static Optional<Trigger> find(Handle handle, UUID id) {
        return handle.createQuery(FIND)
                .bind("id", id)
                .map((row, _) -> trigger(row))
                .findOne();
    }

    /** The wishes of a locked pipeline that are not decided, oldest first. */
    static List<Trigger> waiting(Handle tx, PipelineId pipeline) {
        return tx.createQuery(WAITING)
                .bind("pipeline", pipeline.value())
                .map((row, _) -> trigger(row))
                .list();
    }

    /** How the looks went that the wish waits for. */
    static List<Look> looks(Handle handle, List<MaterialId> materials, Instant since) {
        return handle.createQuery(LOOKS)
                .bindArray(
                        "materials",
                        Long.class,
                        materials.stream().map(MaterialId::value).toList())
                .bind("since", since)
                .map((row, _) -> new Look(
                        row.getString("display_name"), row.getBoolean("looked"), row.getString("error_message")))
                .list();
    }

    private static Trigger trigger(ResultSet row) throws SQLException {
        Long run = row.getObject("run_id", Long.class);
        OffsetDateTime ended = row.getObject("ended_at", OffsetDateTime.class);
        return new Trigger(
                row.getObject("id", UUID.class),
                new PipelineId(row.getLong("pipeline_id")),
                row.getString("pipeline"),
                row.getString("requested_by"),
                row.getObject("requested_at", OffsetDateTime.class).toInstant(),
                Json.read(row.getString("body"), Wish.class),
                State.valueOf(row.getString("state")),
                run == null ? null : new Run(new PipelineRunId(run), row.getLong("counter"), row.getString("label")),
                row.getString("code"),
                row.getString("message"),
                ended == null ? null : ended.toInstant());
    }
}

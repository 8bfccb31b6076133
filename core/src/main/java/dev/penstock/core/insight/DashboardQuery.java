package dev.penstock.core.insight;

import dev.penstock.core.platform.ids.DefinitionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Reads what the dashboard shows, and which of it has changed since a moment. */
final class DashboardQuery {
    private static final String MARK = """
            SELECT COALESCE((SELECT max(id) FROM event), 0) AS newest,
                   CAST(CAST(pg_snapshot_xmin(s) AS text) AS bigint) AS oldest_running,
                   CASE WHEN pg_snapshot_xmin(s) = pg_snapshot_xmax(s) THEN '' ELSE CAST(s AS text) END AS running
              FROM pg_current_snapshot() s
            """;
    // Only what people see changes there by events of pipelines and of their runs.
    private static final String CHANGED = """
            SELECT DISTINCT lower(split_part(subject, '/', 2)) AS name
              FROM event
             WHERE xid >= CAST(CAST(:since AS text) AS xid8)
               AND (subject LIKE 'pipeline/%' OR subject LIKE 'run/%')
             LIMIT :limit
            """;
    private static final String PIPELINES = """
            SELECT p.id, p.name, p.name_key, p.group_key, g.name AS group_name, p.display_order, p.definition_id,
                   p.paused_at, p.paused_by, p.pause_reason, o.code, o.message
              FROM pipeline p
              JOIN pipeline_group g ON g.name_key = p.group_key
              LEFT JOIN schedule_outcome o ON o.pipeline_id = p.id AND o.code <> 'UP_TO_DATE'
             WHERE p.deleted_at IS NULL
            """;
    private static final String SOME_PIPELINES = PIPELINES + " AND p.name_key = ANY(:names)";

    // The newest run of each, and older ones with a stage that is not over.
    private static final String RUNS = """
            SELECT r.id, r.pipeline_id, r.counter, r.label, r.definition_id, r.cause_kind, r.cause_by, r.state,
                   r.wait_code, r.wait_stage_key, r.superseded_by, r.created_at, r.ended_at
              FROM pipeline p
              JOIN LATERAL (SELECT *
                              FROM pipeline_run own
                             WHERE own.pipeline_id = p.id
                             ORDER BY own.id DESC
                             LIMIT 1) r ON true
             WHERE p.deleted_at IS NULL AND (CAST(:all AS boolean) OR p.id = ANY(:pipelines))
             UNION
            SELECT r.id, r.pipeline_id, r.counter, r.label, r.definition_id, r.cause_kind, r.cause_by, r.state,
                   r.wait_code, r.wait_stage_key, r.superseded_by, r.created_at, r.ended_at
              FROM stage_run s
              JOIN pipeline_run r ON r.id = s.pipeline_run_id
             WHERE s.ended_at IS NULL AND (CAST(:all AS boolean) OR s.pipeline_id = ANY(:pipelines))
            """;
    private static final String STAGES = """
            SELECT pipeline_run_id, name_key, counter, state
              FROM stage_run
             WHERE pipeline_run_id = ANY(:runs) AND latest
            """;

    private DashboardQuery() {}

    /**
     * What was committed at a moment.
     *
     * @param newest the id of the newest event that was
     * @param oldestRunning every transaction with a smaller number had ended
     * @param running which transactions had not; empty when none with a smaller number than the next one was under way
     */
    record Mark(long newest, long oldestRunning, String running) {}

    /** A pipeline's row, with why it did not start when it was last looked at. */
    record PipelineFacts(
            long id,
            String name,
            String key,
            String groupKey,
            String group,
            int displayOrder,
            DefinitionId definition,
            @Nullable Instant pausedAt,
            @Nullable String pausedBy,
            @Nullable String pauseReason,
            @Nullable String outcomeCode,
            @Nullable String outcomeMessage) {}

    record RunFacts(
            long id,
            long pipeline,
            long counter,
            String label,
            DefinitionId definition,
            String causeKind,
            String causeBy,
            String state,
            @Nullable String waitCode,
            @Nullable String waitStage,
            @Nullable Long supersededBy,
            Instant createdAt,
            @Nullable Instant endedAt) {}

    record StageFacts(long run, String key, int counter, String state) {}

    static Mark mark(Handle handle) {
        return handle.createQuery(MARK)
                .map((row, _) ->
                        new Mark(row.getLong("newest"), row.getLong("oldest_running"), row.getString("running")))
                .one();
    }

    /** The keys of pipelines with events of transactions that had not ended at the mark, or have begun since. */
    static Set<String> changedSince(Handle handle, Mark mark, int limit) {
        return new TreeSet<>(handle.createQuery(CHANGED)
                .bind("since", mark.oldestRunning())
                .bind("limit", limit)
                .mapTo(String.class)
                .list());
    }

    /** All pipelines that are not deleted. */
    static List<PipelineFacts> pipelines(Handle handle) {
        return pipelines(handle.createQuery(PIPELINES));
    }

    /** Those of these keys that are not deleted. */
    static List<PipelineFacts> pipelines(Handle handle, Collection<String> keys) {
        return pipelines(handle.createQuery(SOME_PIPELINES).bindArray("names", String.class, keys));
    }

    /**
     * The newest run of each pipeline, and older ones with a stage that is not over.
     *
     * @param pipelines null for all
     */
    static List<RunFacts> runs(Handle handle, @Nullable List<Long> pipelines) {
        return handle.createQuery(RUNS)
                .bind("all", pipelines == null)
                .bindArray("pipelines", Long.class, pipelines == null ? List.of() : pipelines)
                .map((row, _) -> run(row))
                .list();
    }

    static List<StageFacts> stages(Handle handle, List<Long> runs) {
        return handle.createQuery(STAGES)
                .bindArray("runs", Long.class, runs)
                .map((row, _) -> new StageFacts(
                        row.getLong("pipeline_run_id"),
                        row.getString("name_key"),
                        row.getInt("counter"),
                        row.getString("state")))
                .list();
    }

    private static List<PipelineFacts> pipelines(Query query) {
        return query.map((row, _) -> new PipelineFacts(
                        row.getLong("id"),
                        row.getString("name"),
                        row.getString("name_key"),
                        row.getString("group_key"),
                        row.getString("group_name"),
                        row.getInt("display_order"),
                        new DefinitionId(row.getLong("definition_id")),
                        TimeMapper.maybe(row, "paused_at"),
                        row.getString("paused_by"),
                        row.getString("pause_reason"),
                        row.getString("code"),
                        row.getString("message")))
                .list();
    }

    private static RunFacts run(ResultSet row) throws SQLException {
        return new RunFacts(
                row.getLong("id"),
                row.getLong("pipeline_id"),
                row.getLong("counter"),
                row.getString("label"),
                new DefinitionId(row.getLong("definition_id")),
                row.getString("cause_kind"),
                row.getString("cause_by"),
                row.getString("state"),
                row.getString("wait_code"),
                row.getString("wait_stage_key"),
                row.getObject("superseded_by", Long.class),
                TimeMapper.at(row, "created_at"),
                TimeMapper.maybe(row, "ended_at"));
    }
}

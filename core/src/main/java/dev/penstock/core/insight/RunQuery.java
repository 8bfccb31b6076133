package dev.penstock.core.insight;

import dev.penstock.core.platform.ids.DefinitionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Reads runs: one, those of a pipeline, and the newest of all. */
final class RunQuery {
    private static final String COLUMNS = """
            SELECT r.id, r.pipeline_id, p.name AS pipeline, g.name AS group_name, p.paused_at IS NOT NULL AS paused,
                   p.deleted_at IS NOT NULL AS deleted, r.counter, r.label, r.definition_id, r.definition_version,
                   r.cause_kind, r.cause_by, r.cause_message, r.overrides, r.state, r.wait_code, r.wait_stage_key,
                   r.superseded_by, r.created_at, r.ended_at, r.comment
            """;
    private static final String TABLES = """
              FROM pipeline_run r
              JOIN pipeline p ON p.id = r.pipeline_id
              JOIN pipeline_group g ON g.name_key = p.group_key
            """;
    private static final String ONE = COLUMNS + TABLES + """
             WHERE p.name_key = lower(:pipeline) AND r.counter = :counter
            """;
    // Ids grow with time, so the newest come first, and a page costs what it shows.
    private static final String NEWEST = COLUMNS + TABLES + """
             WHERE r.id < :before
             ORDER BY r.id DESC
             LIMIT :limit
            """;
    private static final String NEWEST_OF_STATE = COLUMNS + TABLES + """
             WHERE r.id < :before AND r.state = :state
             ORDER BY r.id DESC
             LIMIT :limit
            """;
    // The newest of each pipeline from an index alone, and of those the newest.
    private static final String NEWEST_OF_EACH = COLUMNS + TABLES + """
             WHERE r.id IN (
                       SELECT own.id
                         FROM unnest(:pipelines) AS one (id)
                        CROSS JOIN LATERAL (
                                  SELECT w.id
                                    FROM pipeline_run w
                                   WHERE w.pipeline_id = one.id AND w.id < :before
                                   ORDER BY w.id DESC
                                   LIMIT :limit) own
                        ORDER BY own.id DESC
                        LIMIT :limit)
             ORDER BY r.id DESC
            """;
    private static final String NEWEST_OF_EACH_OF_STATE = COLUMNS + TABLES + """
             WHERE r.id IN (
                       SELECT own.id
                         FROM unnest(:pipelines) AS one (id)
                        CROSS JOIN LATERAL (
                                  SELECT w.id
                                    FROM pipeline_run w
                                   WHERE w.pipeline_id = one.id AND w.id < :before AND w.state = :state
                                   ORDER BY w.id DESC
                                   LIMIT :limit) own
                        ORDER BY own.id DESC
                        LIMIT :limit)
             ORDER BY r.id DESC
            """;
    private static final String NEWEST_OF_MANY = COLUMNS + TABLES + """
             WHERE r.id < :before AND r.pipeline_id = ANY(:pipelines)
             ORDER BY r.id DESC
             LIMIT :limit
            """;
    private static final String NEWEST_OF_MANY_OF_STATE = COLUMNS + TABLES + """
             WHERE r.id < :before AND r.pipeline_id = ANY(:pipelines) AND r.state = :state
             ORDER BY r.id DESC
             LIMIT :limit
            """;
    private static final String OF_PIPELINE = COLUMNS + TABLES + """
             WHERE r.pipeline_id = :pipeline AND r.counter < :before
             ORDER BY r.counter DESC
             LIMIT :limit
            """;
    private static final String PIPELINE = """
            SELECT id
              FROM pipeline
             WHERE name_key = lower(:name)
            """;
    private static final String GROUP = """
            SELECT EXISTS (SELECT 1 FROM pipeline_group WHERE name_key = lower(:name))
            """;
    private static final String PIPELINES_OF_GROUP = """
            SELECT id
              FROM pipeline
             WHERE group_key = lower(:name)
            """;

    /**
     * For a group with more pipelines than this, some of the newest runs of all are likely to be its own, and those of
     * each pipeline are many.
     */
    private static final int FEW = 300;

    /** As {@link #FEW}, where each pipeline's runs have to be looked at one by one. */
    private static final int FEW_OF_STATE = 20;

    private RunQuery() {}

    static Optional<Run> find(Handle handle, String pipeline, long counter) {
        return handle.createQuery(ONE)
                .bind("pipeline", pipeline)
                .bind("counter", counter)
                .map((row, _) -> run(row))
                .findOne();
    }

    /** The newest runs whose id is smaller. */
    static List<Run> newest(Handle handle, long before, int limit) {
        return list(handle.createQuery(NEWEST), before, limit);
    }

    static List<Run> newest(Handle handle, String state, long before, int limit) {
        return list(handle.createQuery(NEWEST_OF_STATE).bind("state", state), before, limit);
    }

    /** The newest runs of some pipelines whose id is smaller. */
    static List<Run> newest(Handle handle, List<Long> pipelines, long before, int limit) {
        String sql = pipelines.size() <= FEW ? NEWEST_OF_EACH : NEWEST_OF_MANY;
        return list(handle.createQuery(sql).bindArray("pipelines", Long.class, pipelines), before, limit);
    }

    static List<Run> newest(Handle handle, List<Long> pipelines, String state, long before, int limit) {
        String sql = pipelines.size() <= FEW_OF_STATE ? NEWEST_OF_EACH_OF_STATE : NEWEST_OF_MANY_OF_STATE;
        return list(
                handle.createQuery(sql)
                        .bindArray("pipelines", Long.class, pipelines)
                        .bind("state", state),
                before,
                limit);
    }

    /** The newest runs of a pipeline whose counter is smaller. */
    static List<Run> ofPipeline(Handle handle, long pipeline, long before, int limit) {
        return list(handle.createQuery(OF_PIPELINE).bind("pipeline", pipeline), before, limit);
    }

    /** Also of a deleted pipeline: its runs stay. */
    static Optional<Long> pipeline(Handle handle, String name) {
        return handle.createQuery(PIPELINE).bind("name", name).mapTo(Long.class).findOne();
    }

    /** The pipelines of a group; empty when there is no such group. */
    static Optional<List<Long>> pipelinesOfGroup(Handle handle, String name) {
        boolean exists = handle.createQuery(GROUP)
                .bind("name", name)
                .mapTo(Boolean.class)
                .one();
        return exists
                ? Optional.of(handle.createQuery(PIPELINES_OF_GROUP)
                        .bind("name", name)
                        .mapTo(Long.class)
                        .list())
                : Optional.empty();
    }

    private static List<Run> list(Query query, long before, int limit) {
        return query.bind("before", before)
                .bind("limit", limit)
                .map((row, _) -> run(row))
                .list();
    }

    private static Run run(ResultSet row) throws SQLException {
        return new Run(
                row.getLong("id"),
                row.getLong("pipeline_id"),
                row.getString("pipeline"),
                row.getString("group_name"),
                row.getBoolean("paused"),
                row.getBoolean("deleted"),
                row.getLong("counter"),
                row.getString("label"),
                new DefinitionId(row.getLong("definition_id")),
                row.getInt("definition_version"),
                new Run.Cause(row.getString("cause_kind"), row.getString("cause_by"), row.getString("cause_message")),
                row.getString("overrides"),
                row.getString("state"),
                row.getString("wait_code"),
                row.getString("wait_stage_key"),
                row.getObject("superseded_by", Long.class),
                TimeMapper.at(row, "created_at"),
                TimeMapper.maybe(row, "ended_at"),
                row.getString("comment"));
    }
}

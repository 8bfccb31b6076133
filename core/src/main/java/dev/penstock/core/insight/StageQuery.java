package dev.penstock.core.insight;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Reads runs of stages. */
final class StageQuery {
    private static final String COLUMNS = """
            SELECT s.id, s.pipeline_run_id, s.name_key, s.position, s.name, s.counter, s.state, s.approved_by,
                   s.rerun_of_counter, s.latest, s.scheduled_at, s.ended_at, s.cancelled_by, s.keep_artifacts,
                   s.artifacts_deleted_at
              FROM stage_run s
            """;
    private static final String LATEST = COLUMNS + """
             WHERE s.pipeline_run_id = ANY(:runs) AND s.latest
             ORDER BY s.pipeline_run_id, s.position, s.id
            """;
    private static final String OF_RUN = COLUMNS + """
             WHERE s.pipeline_run_id = :run
             ORDER BY s.position, s.counter DESC
             LIMIT :limit
            """;
    private static final String ONE = COLUMNS + """
             WHERE s.pipeline_run_id = :run AND s.name_key = lower(:stage) AND s.counter = :counter
            """;
    private static final String HISTORY = """
            SELECT s.id, r.counter AS run, r.label, s.counter, s.state, s.approved_by, s.scheduled_at, s.ended_at,
                   CAST(extract(epoch FROM s.ended_at - s.scheduled_at) AS double precision) AS seconds
              FROM stage_run s
              JOIN pipeline_run r ON r.id = s.pipeline_run_id
             WHERE s.pipeline_id = :pipeline AND s.name_key = lower(:stage) AND s.id < :before
             ORDER BY s.id DESC
             LIMIT :limit
            """;
    private static final String ACTIVE = """
            SELECT s.name_key, r.counter
              FROM stage_run s
              JOIN pipeline_run r ON r.id = s.pipeline_run_id
             WHERE s.pipeline_id = :pipeline AND s.ended_at IS NULL
            """;

    /** A run with more stage runs than this was run again by a program. */
    static final int MOST_OF_RUN = 1_000;

    private StageQuery() {}

    /** The newest run of each stage of some runs, in their order, by the id of the run. */
    static Map<Long, List<StageRun>> latest(Handle handle, List<Long> runs) {
        Map<Long, List<StageRun>> stages = new TreeMap<>();
        handle.createQuery(LATEST)
                .bindArray("runs", Long.class, runs)
                .map((row, _) -> stage(row))
                .forEach(stage -> stages.computeIfAbsent(stage.runId(), _ -> new ArrayList<>())
                        .add(stage));
        return stages;
    }

    /** All stages of a run, in order, the newest run of each first; at most {@link #MOST_OF_RUN}. */
    static List<StageRun> ofRun(Handle handle, long run) {
        return handle.createQuery(OF_RUN)
                .bind("run", run)
                .bind("limit", MOST_OF_RUN)
                .map((row, _) -> stage(row))
                .list();
    }

    static Optional<StageRun> find(Handle handle, long run, String stage, int counter) {
        return handle.createQuery(ONE)
                .bind("run", run)
                .bind("stage", stage)
                .bind("counter", counter)
                .map((row, _) -> stage(row))
                .findOne();
    }

    /** In which run of a pipeline each of its active stages is, by the stage's key. */
    static Map<String, Long> active(Handle handle, long pipeline) {
        Map<String, Long> active = new TreeMap<>();
        handle.createQuery(ACTIVE)
                .bind("pipeline", pipeline)
                .map((row, _) -> Map.entry(row.getString("name_key"), row.getLong("counter")))
                .forEach(entry -> active.put(entry.getKey(), entry.getValue()));
        return active;
    }

    /** A stage's runs in all runs of a pipeline, newest first, with their ids as cursors. */
    static List<Map.Entry<Long, StageHistory>> history(
            Handle handle, long pipeline, String stage, long before, int limit) {
        return handle.createQuery(HISTORY)
                .bind("pipeline", pipeline)
                .bind("stage", stage)
                .bind("before", before)
                .bind("limit", limit)
                .map((row, _) -> Map.entry(
                        row.getLong("id"),
                        new StageHistory(
                                row.getLong("run"),
                                row.getString("label"),
                                row.getInt("counter"),
                                row.getString("state"),
                                row.getString("approved_by"),
                                TimeMapper.at(row, "scheduled_at"),
                                TimeMapper.maybe(row, "ended_at"),
                                row.getObject("seconds", Double.class))))
                .list();
    }

    private static StageRun stage(ResultSet row) throws SQLException {
        return new StageRun(
                row.getLong("id"),
                row.getLong("pipeline_run_id"),
                row.getString("name_key"),
                row.getInt("position"),
                row.getString("name"),
                row.getInt("counter"),
                row.getString("state"),
                row.getString("approved_by"),
                row.getObject("rerun_of_counter", Integer.class),
                row.getBoolean("latest"),
                TimeMapper.at(row, "scheduled_at"),
                TimeMapper.maybe(row, "ended_at"),
                row.getString("cancelled_by"),
                row.getBoolean("keep_artifacts"),
                TimeMapper.maybe(row, "artifacts_deleted_at"));
    }
}

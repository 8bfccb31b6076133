package dev.penstock.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Pipelines and finished runs by the thousand, copied from one real run by SQL: faster than running them. */
final class MadeUpHistory {
    private final TestBed bed;

    MadeUpHistory(TestBed bed) {
        this.bed = bed;
    }

    /**
     * Copies the pipeline {@code latency} and its first run.
     *
     * @param history runs in all; what the pipelines' own runs do not make goes to the first pipeline
     */
    void add(int pipelines, int runsOfEach, int history) throws IOException {
        try (Connection connection = bed.connect();
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute("""
                    CREATE TEMP TABLE model AS
                    SELECT p.*, r.id AS run_id FROM pipeline p JOIN pipeline_run r ON r.pipeline_id = p.id
                     WHERE p.name = 'latency' ORDER BY r.counter LIMIT 1
                    """);
            sql.execute("""
                    INSERT INTO pipeline (name, name_key, group_key, display_order, version, definition_id, run_counter)
                    SELECT 'made-' || n, 'made-' || n, group_key, display_order, version, definition_id, 0
                      FROM model, generate_series(1, %d) AS n
                    """.formatted(pipelines));
            sql.execute("""
                    INSERT INTO pipeline_material (pipeline_id, position, material_id)
                    SELECT p.id, m.position, m.material_id
                      FROM pipeline p, pipeline_material m JOIN model ON model.id = m.pipeline_id
                     WHERE p.name_key LIKE 'made-%'
                    """);
            int rest = Math.max(0, history - pipelines * runsOfEach);
            sql.execute("""
                    CREATE TEMP TABLE made AS
                    SELECT p.id AS pipeline_id, n AS counter
                      FROM pipeline p, LATERAL generate_series(1, %d + CASE WHEN p.name_key = 'made-1' THEN %d ELSE 0 END) AS n
                     WHERE p.name_key LIKE 'made-%%'
                    """.formatted(runsOfEach, rest));
            copyRuns(sql);
            sql.execute("UPDATE pipeline p SET run_counter = (SELECT count(*) FROM made m WHERE m.pipeline_id = p.id)"
                    + " WHERE p.name_key LIKE 'made-%'");
            connection.commit();
            connection.setAutoCommit(true);
            sql.execute("ANALYZE");
        } catch (SQLException e) {
            throw HistoryRows.failed(e);
        }
    }

    private static void copyRuns(Statement sql) throws SQLException {
        sql.execute("""
                INSERT INTO pipeline_run (pipeline_id, counter, label, definition_id, definition_version, cause_kind,
                                          cause_by, cause_message, state, created_at, ended_at)
                SELECT made.pipeline_id, made.counter, made.counter::text, r.definition_id, r.definition_version,
                       r.cause_kind, r.cause_by, r.cause_message, 'PASSED',
                       now() - interval '1 minute' * (100000 - made.counter), now()
                  FROM made, model JOIN pipeline_run r ON r.id = model.run_id
                """);
        sql.execute("""
                INSERT INTO pipeline_run_material (pipeline_run_id, position, material_id, modification_id,
                                                   from_modification_id, changed)
                SELECT r.id, m.position, m.material_id, m.modification_id, m.from_modification_id, m.changed
                  FROM made JOIN pipeline_run r USING (pipeline_id, counter),
                       model JOIN pipeline_run_material m ON m.pipeline_run_id = model.run_id
                """);
        sql.execute("""
                INSERT INTO stage_run (pipeline_run_id, pipeline_id, name, name_key, position, counter, state, approved_by,
                                       scheduled_at, ended_at)
                SELECT r.id, r.pipeline_id, s.name, s.name_key, s.position, 1, 'PASSED', s.approved_by, r.created_at, now()
                  FROM made JOIN pipeline_run r USING (pipeline_id, counter),
                       model JOIN stage_run s ON s.pipeline_run_id = model.run_id
                """);
        sql.execute("""
                INSERT INTO job_run (stage_run_id, pipeline_run_id, pipeline_id, name, name_key, job_name, kind,
                                     rerun_policy, state, result, attempt, scheduled_at, ended_at)
                SELECT s.id, s.pipeline_run_id, s.pipeline_id, j.name, j.name_key, j.job_name, j.kind, j.rerun_policy,
                       'FINISHED', 'PASSED', 1, s.scheduled_at, now()
                  FROM made JOIN pipeline_run r USING (pipeline_id, counter)
                       JOIN stage_run s ON s.pipeline_run_id = r.id,
                       model JOIN job_run j ON j.pipeline_run_id = model.run_id
                """);
    }
}

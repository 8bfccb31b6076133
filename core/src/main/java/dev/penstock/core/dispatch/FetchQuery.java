package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.PipelineRunId;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Finds the job that a fetch task means, and its artifacts. */
final class FetchQuery {
    private static final String OWN = """
            SELECT r.id, p.name, r.counter, s.position
              FROM job_run j
              JOIN stage_run s ON s.id = j.stage_run_id
              JOIN pipeline_run r ON r.id = j.pipeline_run_id
              JOIN pipeline p ON p.id = r.pipeline_id
             WHERE j.id = :job
            """;

    /** The revision of an upstream material is its locator, pipeline/counter/stage/counter. */
    private static final String UPSTREAM = """
            SELECT r.id, p.name, r.counter, split_part(n.revision, '/', 3) AS stage,
                   split_part(n.revision, '/', 4) AS stage_counter
              FROM pipeline_run_material m
              JOIN material a ON a.id = m.material_id AND a.type = 'pipeline'
              JOIN modification n ON n.id = m.modification_id
              JOIN pipeline p ON p.name_key = lower(split_part(n.revision, '/', 1))
              JOIN pipeline_run r ON r.pipeline_id = p.id AND r.counter::text = split_part(n.revision, '/', 2)
             WHERE m.pipeline_run_id = :run
               AND p.name_key = lower(:pipeline)
             ORDER BY m.position
             LIMIT 1
            """;

    private static final String JOB = """
            SELECT j.id, j.name, j.state, s.name AS stage, s.counter AS stage_counter, s.position,
                   s.artifacts_deleted_at IS NOT NULL AS deleted
              FROM stage_run s
              LEFT JOIN job_run j ON j.stage_run_id = s.id AND j.name_key = lower(:job)
             WHERE s.pipeline_run_id = :run
               AND s.name_key = lower(:stage)
               AND CASE WHEN CAST(:counter AS integer) IS NULL THEN s.latest ELSE s.counter = :counter END
            """;

    /** A job that was not run again in a re-run has its artifacts where it ran. */
    private static final String FILES = """
            WITH RECURSIVE origin (id, source) AS (
                SELECT id, copied_from_id FROM job_run WHERE id = :job
                UNION ALL
                SELECT j.id, j.copied_from_id FROM origin o JOIN job_run j ON j.id = o.source
            )
            SELECT a.path, a.sha256, a.size
              FROM artifact a
              JOIN origin o ON o.id = a.job_run_id AND o.source IS NULL
             WHERE CASE WHEN :file THEN a.path = :path ELSE starts_with(a.path, :prefix) END
             ORDER BY a.path
             LIMIT :limit
            """;

    private FetchQuery() {}

    /** A run, and how people call it: {@code pipeline/counter}. */
    record Run(PipelineRunId id, String pipeline, long counter) {
        String text() {
            return pipeline + "/" + counter;
        }
    }

    /** @param position of the stage that the job is in */
    record Own(Run run, int position) {}

    /** The run that another one was started by, and the stage whose end did it. */
    record Upstream(Run run, String stage, String stageCounter) {}

    /**
     * A stage run, and the job of that name in it.
     *
     * @param job empty when the stage has no such job
     */
    record Source(
            Optional<JobRunId> job,
            String jobName,
            String jobState,
            String stage,
            int stageCounter,
            int position,
            boolean deleted) {}

    static Own own(Handle handle, JobRunId job) {
        return handle.createQuery(OWN)
                .bind("job", job.value())
                .map((row, _) -> new Own(
                        new Run(new PipelineRunId(row.getLong("id")), row.getString("name"), row.getLong("counter")),
                        row.getInt("position")))
                .one();
    }

    /** The run of a pipeline that is a material of this run. */
    static Optional<Upstream> upstream(Handle handle, PipelineRunId run, String pipeline) {
        return handle.createQuery(UPSTREAM)
                .bind("run", run.value())
                .bind("pipeline", pipeline)
                .map((row, _) -> new Upstream(
                        new Run(new PipelineRunId(row.getLong("id")), row.getString("name"), row.getLong("counter")),
                        row.getString("stage"),
                        row.getString("stage_counter")))
                .findOne();
    }

    /** @param counter of the stage; empty for its latest run */
    static Optional<Source> source(
            Handle handle, PipelineRunId run, String stage, Optional<Integer> counter, String job) {
        return handle.createQuery(JOB)
                .bind("run", run.value())
                .bind("stage", stage)
                .bind("counter", counter.orElse(null))
                .bind("job", job)
                .map((row, _) -> new Source(
                        Optional.ofNullable(row.getObject("id", Long.class)).map(JobRunId::new),
                        row.getString("name") == null ? job : row.getString("name"),
                        row.getString("state") == null ? "" : row.getString("state"),
                        row.getString("stage"),
                        row.getInt("stage_counter"),
                        row.getInt("position"),
                        row.getBoolean("deleted")))
                .findOne();
    }

    /**
     * The artifacts of a job.
     *
     * @param path of one file, or of a folder; empty for all
     */
    static List<FetchReply.File> files(Handle handle, JobRunId job, String path, boolean isFile, int limit) {
        return handle.createQuery(FILES)
                .bind("job", job.value())
                .bind("file", isFile)
                .bind("path", path)
                .bind("prefix", path.isEmpty() ? "" : path + "/")
                .bind("limit", limit)
                .map((row, _) ->
                        new FetchReply.File(row.getString("path"), row.getString("sha256"), row.getLong("size")))
                .list();
    }
}

package dev.penstock.core.dispatch;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.json.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads what an assignment is made of. */
final class AssignmentQuery {
    private static final TypeReference<List<Variable>> VARIABLES = new TypeReference<>() {};
    private static final TypeReference<List<RunMaterial>> MATERIALS = new TypeReference<>() {};

    /** The revision of a stage of another pipeline is its locator, pipeline/counter/stage/counter. */
    private static final String JOB = """
            SELECT j.name, j.job_name, j.kind, j.run_index, j.run_count, j.assigned_at, j.pipeline_id,
                   s.name AS stage_name, s.counter AS stage_counter, s.rerun_of_counter,
                   r.counter, r.label, r.definition_id, r.cause_by, r.overrides,
                   (SELECT jsonb_agg(
                               jsonb_build_object(
                                   'position', m.position,
                                   'changed', m.changed,
                                   'revision', newest.revision,
                                   'from_revision', oldest.revision,
                                   'upstream_label', (
                                       SELECT u.label
                                         FROM pipeline p
                                         JOIN pipeline_run u ON u.pipeline_id = p.id
                                        WHERE a.type = 'pipeline'
                                          AND p.name_key = lower(split_part(newest.revision, '/', 1))
                                          AND u.counter::text = split_part(newest.revision, '/', 2)))
                               ORDER BY m.position)
                      FROM pipeline_run_material m
                      JOIN material a ON a.id = m.material_id
                      JOIN modification newest ON newest.id = m.modification_id
                      JOIN modification oldest ON oldest.id = m.from_modification_id
                     WHERE m.pipeline_run_id = r.id) AS materials
              FROM job_run j
              JOIN stage_run s ON s.id = j.stage_run_id
              JOIN pipeline_run r ON r.id = j.pipeline_run_id
             WHERE j.id = :job
               AND j.attempt = :attempt
               AND j.state IN ('ASSIGNED', 'RUNNING', 'CANCELLING')
            """;

    private AssignmentQuery() {}

    /**
     * The job in its run.
     *
     * @param name of the instance
     * @param jobName of the definition
     * @param counted the job has a number of instances
     * @param rerunOf the counter of the stage run whose other jobs were copied
     * @param materials in the order of the definition
     */
    record JobInRun(
            String name,
            String jobName,
            boolean counted,
            int runIndex,
            int runCount,
            Instant assignedAt,
            PipelineId pipeline,
            String stage,
            int stageCounter,
            @Nullable Integer rerunOf,
            long counter,
            String label,
            DefinitionId definition,
            String causedBy,
            List<Variable> overrides,
            List<RunMaterial> materials) {}

    /** @param position of the material in the definition */
    record RunMaterial(
            int position,
            boolean changed,
            String revision,
            String fromRevision,
            @Nullable String upstreamLabel) {}

    /** The job, if an agent holds this attempt of it. */
    static Optional<JobInRun> job(Handle handle, JobRunId job, int attempt) {
        return handle.createQuery(JOB)
                .bind("job", job.value())
                .bind("attempt", attempt)
                .map((row, _) -> new JobInRun(
                        row.getString("name"),
                        row.getString("job_name"),
                        row.getString("kind").equals("COUNT"),
                        row.getInt("run_index"),
                        row.getInt("run_count"),
                        row.getObject("assigned_at", OffsetDateTime.class).toInstant(),
                        new PipelineId(row.getLong("pipeline_id")),
                        row.getString("stage_name"),
                        row.getInt("stage_counter"),
                        row.getObject("rerun_of_counter", Integer.class),
                        row.getLong("counter"),
                        row.getString("label"),
                        new DefinitionId(row.getLong("definition_id")),
                        row.getString("cause_by"),
                        Json.read(row.getString("overrides"), VARIABLES),
                        materials(row.getString("materials"))))
                .findOne();
    }

    private static List<RunMaterial> materials(@Nullable String json) {
        return json == null ? List.of() : Json.read(json, MATERIALS);
    }
}

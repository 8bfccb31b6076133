package dev.penstock.core.app;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.run.JobSecrets;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.plugin.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of a job for whoever masks them: all that its run's definition and the values given at its start refer to, and
 * that belong to its pipeline. Some more than the job got, and none less.
 */
final class JobSecretQuery implements JobSecrets {
    private static final String REFERENCES = """
            WITH run AS (
                SELECT r.pipeline_id, r.overrides,
                       -- Most definitions have no secret, and a look at their text is quicker than parsing them.
                       CASE WHEN strpos(CAST(d.definition AS text), 'secret_ref') > 0
                            THEN CAST(d.definition AS jsonb) END AS definition
                  FROM job_run j
                  JOIN pipeline_run r ON r.id = j.pipeline_run_id
                  JOIN resolved_definition d ON d.id = r.definition_id
                 WHERE j.id = :job
            )
            SELECT DISTINCT run.pipeline_id, s.id
              FROM run
              JOIN LATERAL (
                   SELECT jsonb_path_query(run.definition, '$.**.secret_ref') AS ref
                    UNION
                   SELECT jsonb_path_query(run.overrides, '$.**.secret_ref')) AS found
                ON jsonb_typeof(found.ref) = 'number'
              JOIN secret s ON s.id = CAST(found.ref AS bigint) AND s.scope = 'pipeline:' || run.pipeline_id
            """;

    private static final Logger log = LoggerFactory.getLogger(JobSecretQuery.class);

    private final Database database;
    private final SecretStore secrets;

    JobSecretQuery(Database database, SecretStore secrets) {
        this.database = database;
        this.secrets = secrets;
    }

    @Override
    public List<String> of(JobRunId job) {
        return database.read(handle -> {
            List<String> values = new ArrayList<>();
            references(handle, job).forEach((pipeline, refs) -> {
                for (SecretRef ref : refs) {
                    reveal(handle, ref, SecretStore.scope(pipeline)).ifPresent(values::add);
                }
            });
            return values;
        });
    }

    /** What does not open was not given to the job either: it must not keep the job from saying so. */
    private Optional<String> reveal(Handle handle, SecretRef ref, String scope) {
        try {
            return secrets.reveal(handle, Set.of(ref), scope).values().stream()
                    .map(Secret::reveal)
                    .findFirst();
        } catch (IllegalStateException e) {
            log.atWarn()
                    .addKeyValue("scope", scope)
                    .addKeyValue("reason", e.getMessage())
                    .log("A secret cannot be masked");
            return Optional.empty();
        }
    }

    private static Map<PipelineId, List<SecretRef>> references(Handle handle, JobRunId job) {
        return handle.createQuery(REFERENCES)
                .bind("job", job.value())
                .map((row, _) ->
                        Map.entry(new PipelineId(row.getLong("pipeline_id")), new SecretRef(row.getLong("id"))))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }
}

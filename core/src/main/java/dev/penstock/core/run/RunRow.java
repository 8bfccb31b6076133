package dev.penstock.core.run;

import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.ids.PipelineRunId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * A pipeline run's row, locked together with its pipeline.
 *
 * @param pipelineName as it is written
 * @param paused whether the pipeline is
 * @param deleted whether the pipeline is; its runs stay
 * @param now the database's time
 */
record RunRow(
        PipelineRunId id,
        PipelineId pipeline,
        String pipelineName,
        long counter,
        DefinitionId definition,
        PipelineRunState state,
        boolean paused,
        boolean deleted,
        Instant now) {

    String subject() {
        return "run/" + place();
    }

    /** As people say it: {@code deploy/42}. */
    String place() {
        return pipelineName + "/" + counter;
    }

    /** The same run after its stage has started. */
    RunRow active() {
        return new RunRow(
                id, pipeline, pipelineName, counter, definition, new PipelineRunState.Active(), paused, deleted, now);
    }

    static RunRow read(ResultSet row) throws SQLException {
        return new RunRow(
                new PipelineRunId(row.getLong("id")),
                new PipelineId(row.getLong("pipeline_id")),
                row.getString("pipeline_name"),
                row.getLong("counter"),
                new DefinitionId(row.getLong("definition_id")),
                state(row),
                row.getBoolean("paused"),
                row.getBoolean("deleted"),
                row.getObject("now", OffsetDateTime.class).toInstant());
    }

    private static PipelineRunState state(ResultSet row) throws SQLException {
        String state = row.getString("state");
        return switch (state) {
            case "ACTIVE" -> new PipelineRunState.Active();
            case "WAITING" ->
                new PipelineRunState.Waiting(
                        PipelineRunState.WaitCode.valueOf(row.getString("wait_code")),
                        row.getString("wait_stage_key"),
                        row.getObject("superseded_by", Long.class));
            case "PASSED", "FAILED", "CANCELLED" -> new PipelineRunState.Finished(JobResult.valueOf(state), ended(row));
            default -> throw new IllegalStateException("Unknown state of a pipeline run: " + state);
        };
    }

    private static Instant ended(ResultSet row) throws SQLException {
        return row.getObject("ended_at", OffsetDateTime.class).toInstant();
    }
}

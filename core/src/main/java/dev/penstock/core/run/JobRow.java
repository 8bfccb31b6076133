package dev.penstock.core.run;

import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.core.config.model.JobDefinition.OnAgentLoss;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.StageRunId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job run's row, locked, with its place and the database's time.
 *
 * @param name of the instance, such as {@code deploy-runOnAll-2}
 */
record JobRow(
        JobRunId id, StageRunId stage, StagePlace place, String name, OnAgentLoss onLoss, JobState state, Instant now) {

    static JobRow read(ResultSet row) throws SQLException {
        return new JobRow(
                new JobRunId(row.getLong("id")),
                new StageRunId(row.getLong("stage_run_id")),
                new StagePlace(
                        row.getString("pipeline_name"),
                        row.getLong("run_counter"),
                        row.getString("stage_name"),
                        row.getInt("stage_counter")),
                row.getString("name"),
                new OnAgentLoss(OnAgentLoss.Policy.valueOf(row.getString("rerun_policy")), row.getInt("max_reruns")),
                state(row),
                instant(row, "now"));
    }

    private static JobState state(ResultSet row) throws SQLException {
        int attempt = row.getInt("attempt");
        Instant since = instant(row, "since");
        return switch (row.getString("state")) {
            case "SCHEDULED" -> new JobState.Scheduled(attempt, since);
            case "ASSIGNED" -> new JobState.Assigned(agent(row), attempt, since, instant(row, "lease_until"));
            case "RUNNING" ->
                new JobState.Running(
                        agent(row), attempt, Phase.valueOf(row.getString("phase")), since, instant(row, "lease_until"));
            case "CANCELLING" ->
                new JobState.Cancelling(
                        agent(row), attempt, row.getString("cancelled_by"), since, instant(row, "lease_until"));
            case "LOST" -> new JobState.Lost(agent(row), attempt, JobReason.valueOf(row.getString("reason")), since);
            case "FINISHED" ->
                new JobState.Finished(
                        JobResult.valueOf(row.getString("result")),
                        reason(row),
                        row.getString("message"),
                        attempt,
                        row.getObject("agent_id") == null ? null : agent(row),
                        since);
            default -> throw new IllegalStateException("Unknown state of a job run: " + row.getString("state"));
        };
    }

    private static AgentId agent(ResultSet row) throws SQLException {
        return new AgentId(row.getObject("agent_id", UUID.class));
    }

    private static @Nullable JobReason reason(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        return reason == null ? null : JobReason.valueOf(reason);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}

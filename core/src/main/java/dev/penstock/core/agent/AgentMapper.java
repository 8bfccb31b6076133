package dev.penstock.core.agent;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.core.platform.ids.AgentId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;

/** Reads an {@link Agent} from a row with the columns {@code life} and {@code silence} beside the table's. */
final class AgentMapper implements RowMapper<Agent> {
    @Override
    public Agent map(ResultSet row, StatementContext context) throws SQLException {
        return new Agent(
                new AgentId(row.getObject("id", UUID.class)),
                AgentState.valueOf(row.getString("life")),
                row.getString("public_jwk"),
                row.getString("key_fingerprint"),
                row.getInt("generation"),
                facts(row),
                row.getInt("protocol_version"),
                texts(row, "resources"),
                texts(row, "environments"),
                row.getTimestamp("registered_at").toInstant(),
                row.getString("enabled_by"),
                row.getTimestamp("last_seen_at").toInstant(),
                Duration.ofMillis(Math.round(row.getDouble("silence") * 1000)));
    }

    private static AgentFacts facts(ResultSet row) throws SQLException {
        return new AgentFacts(
                row.getString("host_name"),
                row.getString("ip_address"),
                row.getString("operating_system"),
                row.getString("os_user"),
                row.getString("working_directory"),
                row.getLong("free_bytes"),
                row.getString("agent_version"));
    }

    static List<String> texts(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }
}

package dev.penstock.core.insight;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.penstock.core.platform.ids.DefinitionId;
import dev.penstock.core.platform.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Reads what lists need of definitions. */
final class StageNameQuery {
    private static final String NAMES = """
            SELECT id, jsonb_path_query_array(CAST(definition AS jsonb), '$.stages[*].name') AS names
              FROM resolved_definition
             WHERE id = ANY(:ids)
            """;

    private static final TypeReference<List<String>> TEXTS = new TypeReference<>() {};

    private StageNameQuery() {}

    static Map<DefinitionId, List<String>> names(Handle handle, List<DefinitionId> ids) {
        Map<DefinitionId, List<String>> names = new HashMap<>();
        handle.createQuery(NAMES)
                .bindArray(
                        "ids", Long.class, ids.stream().map(DefinitionId::value).toList())
                .map((row, _) -> Map.entry(
                        new DefinitionId(row.getLong("id")), List.copyOf(Json.read(row.getString("names"), TEXTS))))
                .forEach(entry -> names.put(entry.getKey(), entry.getValue()));
        return names;
    }
}

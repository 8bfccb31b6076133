package dev.penstock.core.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.json.Json;
import io.javalin.json.JsonMapper;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bodies of requests and answers as {@link Json#STRICT} reads and writes them. Text that is no JSON is answered 400; JSON
 * of another shape 422, with the place.
 */
final class JsonBodies implements JsonMapper {

    @Override
    public String toJsonString(Object value, Type type) {
        try {
            return Json.STRICT.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot be written as JSON: " + value.getClass(), e);
        }
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Javalin's interface
    public <T> T fromJsonString(String json, Type type) {
        if (json.isBlank()) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "The body is empty; it has to be a JSON object");
        }
        JavaType wanted = Json.STRICT.constructType(type);
        try {
            T value = Json.STRICT.readValue(json, wanted);
            if (value == null) {
                throw new PenstockException(ErrorCode.INVALID, "The body is \"null\"; it has to be a JSON object");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw refused(e);
        }
    }

    private static PenstockException refused(JsonProcessingException e) {
        JsonLocation location = e.getLocation();
        Integer line = location == null ? null : location.getLineNr();
        Integer column = location == null ? null : location.getColumnNr();
        return switch (e) {
            case UnrecognizedPropertyException unknown ->
                invalid(
                        pointer(unknown),
                        "unknown_key",
                        "There is no field \"" + unknown.getPropertyName() + "\" here; there are "
                                + String.join(
                                        ", ",
                                        unknown.getKnownPropertyIds() == null
                                                ? List.of()
                                                : unknown.getKnownPropertyIds().stream()
                                                        .map(String::valueOf)
                                                        .sorted()
                                                        .toList()),
                        line,
                        column);
            case JsonMappingException mapping when mapping.getCause() instanceof PenstockException ours -> ours;
            case JsonMappingException mapping
            when !(mapping.getCause() instanceof JsonParseException) ->
                invalid(pointer(mapping), "wrong_value", reason(mapping), line, column);
            default ->
                new PenstockException(
                        ErrorCode.BAD_REQUEST,
                        "The body is not JSON: " + e.getOriginalMessage(),
                        List.of(new Violation("", "not_json", e.getOriginalMessage(), line, column)));
        };
    }

    private static PenstockException invalid(
            String pointer, String code, String message, @Nullable Integer line, @Nullable Integer column) {
        return new PenstockException(
                ErrorCode.INVALID,
                "The body is not valid: " + message,
                List.of(new Violation(pointer, code, message, line, column)));
    }

    /** A constructor's own words where a record refused its values, Jackson's otherwise, without names of classes. */
    private static String reason(JsonMappingException e) {
        Throwable cause = e.getCause();
        String own = cause instanceof IllegalArgumentException ? cause.getMessage() : null;
        return own != null
                ? own
                : e.getOriginalMessage().replaceAll("`?[\\w.$]+\\.[A-Z][\\w.$<>]*`?", "the wanted type");
    }

    private static String pointer(JsonMappingException e) {
        var pointer = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            pointer.append('/');
            if (step.getFieldName() == null) {
                pointer.append(step.getIndex());
            } else {
                pointer.append(step.getFieldName().replace("~", "~0").replace("/", "~1"));
            }
        }
        return pointer.toString();
    }
}

package dev.penstock.agent.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Writes and reads records as JSON: camelCase names as the records have them, RFC 3339 times, bytes in base64, no nulls.
 * Unknown fields are passed over; numbers, texts and lists that are left out are zero, null and null, which the
 * protocol's records turn into what they mean. Thread-safe.
 */
public final class Json {
    private static final int MAX_DEPTH = 64;

    /** As long as a whole body of the protocol may be. */
    private static final int MAX_STRING_CHARS = 4 << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING_CHARS)
                    .build())
            .build();

    private Json() {}

    /** The record as one line of JSON. */
    public static byte[] write(Record value) {
        var out = new ByteArrayOutputStream(512);
        try (JsonGenerator to = FACTORY.createGenerator(out)) {
            write(to, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** The JSON document as a record of that type. */
    public static <T extends Record> T read(byte[] json, Class<T> type) throws IOException {
        try (JsonParser from = FACTORY.createParser(json)) {
            if (from.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("Not a JSON object");
            }
            T value = RecordShape.of(type).read(from);
            if (from.nextToken() != null) {
                throw new IOException("There is something after the JSON object");
            }
            return value;
        }
    }

    /** One text of a JSON object, such as a problem's {@code detail}; empty when there is none. */
    public static String text(byte[] json, String field) {
        try (JsonParser from = FACTORY.createParser(json)) {
            return find(from, field) && from.currentToken() == JsonToken.VALUE_STRING ? from.getText() : "";
        } catch (IOException _) {
            // Something that is not JSON has no fields.
            return "";
        }
    }

    /** Whether a JSON object has that field. */
    public static boolean hasField(byte[] json, String field) {
        try (JsonParser from = FACTORY.createParser(json)) {
            return find(from, field);
        } catch (IOException _) {
            return false;
        }
    }

    /** Goes to the value of a field of the object that is the document. */
    private static boolean find(JsonParser from, String field) throws IOException {
        if (from.nextToken() == JsonToken.START_OBJECT) {
            while (from.nextToken() == JsonToken.FIELD_NAME) {
                String name = from.currentName();
                from.nextToken();
                if (name.equals(field)) {
                    return true;
                }
                from.skipChildren();
            }
        }
        return false;
    }

    @SuppressWarnings("IfChainToSwitch") // a switch over types is bound at run time, and costs a young process dearly
    static void write(JsonGenerator to, Object value) throws IOException {
        if (value instanceof String text) {
            to.writeString(text);
        } else if (value instanceof Record object) {
            RecordShape.of(object.getClass()).write(to, object);
        } else if (value instanceof Instant time) {
            to.writeString(Times.text(time));
        } else if (value instanceof Long number) {
            to.writeNumber(number);
        } else if (value instanceof Integer number) {
            to.writeNumber(number);
        } else if (value instanceof Boolean flag) {
            to.writeBoolean(flag);
        } else if (value instanceof Enum<?> word) {
            to.writeString(word.name());
        } else if (value instanceof List<?> list) {
            to.writeStartArray();
            for (Object each : list) {
                write(to, each);
            }
            to.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            to.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                to.writeFieldName(String.valueOf(entry.getKey()));
                write(to, entry.getValue());
            }
            to.writeEndObject();
        } else if (value instanceof byte[] bytes) {
            to.writeBinary(bytes);
        } else if (value instanceof Double number) {
            to.writeNumber(number);
        } else {
            throw new IllegalArgumentException("No JSON for " + value.getClass());
        }
    }
}

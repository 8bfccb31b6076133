package dev.penstock.core.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.json.Json;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;

/** Reads and writes the records of {@code agent/protocol}; for resources under {@code /agent/v1}. */
public final class AgentWire {
    private AgentWire() {}

    /** Reads the body as JSON, whatever its declared type; at most {@link Protocol#MAX_JSON_BYTES}. */
    public static <T> T read(Context ctx, Class<T> type) {
        return read(ctx, type, Protocol.MAX_JSON_BYTES);
    }

    /** As {@link #read(Context, Class)}, with an own limit. */
    public static <T> T read(Context ctx, Class<T> type, int maxBytes) {
        byte[] body = body(ctx, maxBytes);
        try {
            T value = Json.PROTOCOL.readValue(body, type);
            if (value == null) {
                throw new PenstockException(ErrorCode.BAD_REQUEST, "The body is \"null\"");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST, "The body is not a " + type.getSimpleName() + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "The body cannot be read");
        }
    }

    private static byte[] body(Context ctx, int maxBytes) {
        try (InputStream in = ctx.bodyInputStream()) {
            byte[] body = in.readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                throw new PenstockException(ErrorCode.TOO_LARGE, "The body has more than " + maxBytes + " bytes");
            }
            return body;
        } catch (IOException e) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "The body ended early");
        }
    }

    /** The bytes of an answer. */
    public static byte[] write(Object reply) {
        try {
            return Json.PROTOCOL.writeValueAsBytes(reply);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot be written as JSON: " + reply.getClass(), e);
        }
    }

    /** Answers with a record. */
    public static void reply(Context ctx, Object reply) {
        ctx.contentType("application/json").result(write(reply));
    }

    /** The {@code {id}} of the path, as a job run. */
    public static JobRunId job(Context ctx) {
        return new JobRunId(positive("id", ctx.pathParam("id")));
    }

    /** The {@code attempt} of the query. */
    public static int attempt(Context ctx) {
        String text = ctx.queryParam("attempt");
        if (text == null) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "\"attempt\" is missing");
        }
        return Math.toIntExact(Math.min(positive("attempt", text), Integer.MAX_VALUE));
    }

    private static long positive(String name, String text) {
        try {
            long value = Long.parseLong(text);
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Answered below.
        }
        throw new PenstockException(ErrorCode.BAD_REQUEST, "\"" + name + "\" is not a positive number");
    }
}

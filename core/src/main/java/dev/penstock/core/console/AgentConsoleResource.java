package dev.penstock.core.console;

import dev.penstock.agent.protocol.ConsoleReply;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.AgentWire;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.ConsoleSink.Extent;
import dev.penstock.core.run.HeldAttempts;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** {@code PUT /agent/v1/jobs/{id}/console}: agents send what their jobs print. */
final class AgentConsoleResource implements Resource {
    /** From here on a chunk gets memory that is used again. */
    private static final int SMALL = 64 * 1024;

    private final Consoles consoles;
    private final HeldAttempts held;
    private final ChunkBuffers buffers = new ChunkBuffers();

    AgentConsoleResource(Consoles consoles, HeldAttempts held) {
        this.consoles = consoles;
        this.held = held;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.put("/agent/v1/jobs/{id}/console", this::append, Access.AGENT);
    }

    private void append(Context ctx) {
        JobRunId job = AgentWire.job(ctx);
        int attempt = AgentWire.attempt(ctx);
        long offset = offset(ctx);
        held.requireLately(Caller.agent(ctx), job, attempt);
        Extent extent = received(ctx, body -> consoles.append(job, attempt, offset, body));
        if (extent.length() < offset && !extent.truncated()) {
            ctx.status(HttpStatus.CONFLICT);
        }
        AgentWire.reply(ctx, new ConsoleReply(extent.length(), extent.truncated()));
    }

    private static long offset(Context ctx) {
        String text = ctx.queryParam("offset");
        try {
            long offset = text == null ? -1 : Long.parseLong(text);
            if (offset >= 0) {
                return offset;
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a negative one.
        }
        throw new PenstockException(
                ErrorCode.BAD_REQUEST, "\"offset\" is \"" + text + "\"; it takes the number of the chunk's first byte");
    }

    /** Reads the body and uses it; when the use is over, its memory is another's. */
    private Extent received(Context ctx, Function<ByteBuffer, Extent> use) {
        long announced = ctx.req().getContentLengthLong();
        if (announced > Protocol.MAX_CONSOLE_CHUNK_BYTES) {
            throw tooLarge();
        }
        // Most chunks are of some kilobytes, and die young.
        boolean large = announced < 0 || announced > SMALL;
        byte[] buffer = large ? buffers.take() : new byte[(int) announced];
        try {
            return use.apply(ByteBuffer.wrap(buffer, 0, read(ctx, announced, buffer)));
        } finally {
            if (large) {
                buffers.giveBack(buffer);
            }
        }
    }

    private static int read(Context ctx, long announced, byte[] into) {
        try (InputStream in = ctx.bodyInputStream()) {
            if (announced < 0) {
                int length = in.readNBytes(into, 0, into.length);
                if (in.read() >= 0) {
                    throw tooLarge();
                }
                return length;
            }
            if (in.readNBytes(into, 0, (int) announced) < announced) {
                throw endedEarly();
            }
            return (int) announced;
        } catch (IOException _) {
            throw endedEarly();
        }
    }

    private static PenstockException tooLarge() {
        return new PenstockException(
                ErrorCode.TOO_LARGE,
                "The chunk has more than " + Protocol.MAX_CONSOLE_CHUNK_BYTES + " bytes; send it in parts");
    }

    private static PenstockException endedEarly() {
        return new PenstockException(ErrorCode.BAD_REQUEST, "The chunk ended early");
    }
}

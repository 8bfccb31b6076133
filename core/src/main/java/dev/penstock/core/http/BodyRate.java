package dev.penstock.core.http;

import java.io.IOException;
import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Refuses bodies that trickle (finding 10): after a grace, a body has to have arrived at some rate on average. A sender
 * that says nothing at all meets the connection's idle timeout.
 */
final class BodyRate extends Handler.Wrapper {
    /** A modem is faster. */
    private static final long MIN_BYTES_PER_SECOND = 1024;

    private final Duration grace;

    /** @param grace a network that hiccups is no attack */
    BodyRate(Handler next, Duration grace) {
        super(next);
        this.grace = grace;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        boolean hasBody = request.getLength() != 0 && !request.getMethod().equals("GET");
        return super.handle(hasBody ? new Measured(request, grace.toNanos()) : request, response, callback);
    }

    /** Its sender's fault, not ours. */
    static final class SlowBodyException extends IOException {
        private static final long serialVersionUID = 1L;

        private SlowBodyException() {
            super("The body arrives at less than " + MIN_BYTES_PER_SECOND + " bytes a second");
        }
    }

    private static final class Measured extends Request.Wrapper {
        private final long graceNanos;
        private final long begin = System.nanoTime();
        private long bytes;

        private Measured(Request request, long graceNanos) {
            super(request);
            this.graceNanos = graceNanos;
        }

        @Override
        public Content.Chunk read() {
            Content.Chunk chunk = super.read();
            if (chunk == null || Content.Chunk.isFailure(chunk)) {
                return chunk;
            }
            bytes += chunk.remaining();
            long nanos = System.nanoTime() - begin - graceNanos;
            if (!chunk.isLast() && nanos > 0 && bytes / (nanos / 1e9) < MIN_BYTES_PER_SECOND) {
                chunk.release();
                var failure = new SlowBodyException();
                fail(failure);
                return Content.Chunk.from(failure, true);
            }
            return chunk;
        }
    }
}

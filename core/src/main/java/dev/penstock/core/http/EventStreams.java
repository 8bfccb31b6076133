package dev.penstock.core.http;

import dev.penstock.core.http.EventStream.Body;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.worker.Worker;
import io.javalin.config.Key;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All open streams of this server: so many and no more, each with a virtual thread that waits. Thread-safe. */
final class EventStreams implements AutoCloseable {
    static final Key<EventStreams> KEY = new Key<>("penstock.streams");

    private static final Logger log = LoggerFactory.getLogger(EventStreams.class);

    /** Some for each of a hundred people; a parked stream costs about 30 kB. */
    static final int MAX_STREAMS = 1000;

    private static final Duration TICK = Duration.ofSeconds(5);

    private final int maxStreams;
    private final AtomicInteger count = new AtomicInteger();
    private final Map<EventStream, Thread> open = new ConcurrentHashMap<>();
    private final Worker heart = new Worker("stream-heartbeat", TICK, this::beat);
    private volatile boolean closed;

    EventStreams() {
        this(MAX_STREAMS);
    }

    EventStreams(int maxStreams) {
        this.maxStreams = maxStreams;
    }

    void start() {
        heart.start();
    }

    int size() {
        return open.size();
    }

    void open(Context ctx, Body body) {
        if (closed) {
            throw HttpServer.stopping();
        }
        ctx.contentType("text/event-stream;charset=utf-8").header("X-Accel-Buffering", "no");
        if (HeadAsGet.isHead(ctx)) {
            return; // its client would never be seen to go away
        }
        if (count.incrementAndGet() > maxStreams) {
            count.decrementAndGet();
            ctx.header("Retry-After", "5");
            throw new PenstockException(
                    ErrorCode.TOO_MANY_REQUESTS, "There are " + maxStreams + " streams already; try again later");
        }
        String lastEventId = ctx.header("Last-Event-ID");
        ctx.future(() -> {
            var done = new CompletableFuture<Void>();
            String id = TraceId.of(ctx);
            Thread.ofVirtual()
                    .name("event-stream")
                    .start(() -> RequestIds.logged(id, _ -> run(ctx, lastEventId, body, done)));
            return done;
        });
    }

    private void run(Context ctx, @Nullable String lastEventId, Body body, CompletableFuture<Void> done) {
        try {
            var stream = new EventStream(lastEventId, ctx.res().getOutputStream());
            open.put(stream, Thread.currentThread());
            try {
                stream.begin();
                if (!closed) {
                    body.run(stream);
                }
            } finally {
                open.remove(stream);
            }
        } catch (IOException | InterruptedException _) {
            // The client is gone, or the server stops.
        } catch (RuntimeException e) {
            log.atError().setCause(e).addKeyValue("path", ctx.path()).log("A stream failed");
        } finally {
            // The answer is completed on this thread, which has to be able to write.
            boolean _ = Thread.interrupted();
            count.decrementAndGet();
            done.complete(null);
        }
    }

    /** A write may block, so each has its own thread; whoever still writes since the last time is passed over. */
    private boolean beat() {
        open.forEach((stream, thread) -> Thread.ofVirtual()
                .name("event-stream-beat")
                .start(() -> {
                    try {
                        stream.beat();
                    } catch (IOException _) {
                        thread.interrupt();
                    }
                }));
        return false;
    }

    /** Ends all streams; clients come again and resume. */
    @Override
    public void close() {
        closed = true;
        heart.close();
        open.values().forEach(Thread::interrupt);
    }
}

package dev.penstock.core.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events to one client. Thread-safe: each event is written under one lock. A client that reads slowly blocks
 * its own {@link Body} and nothing else; one that is gone is noticed by the next write, at the latest by the comment that
 * is sent when nothing else was sent for {@link #QUIET}.
 */
public final class EventStream {
    /** Proxies cut what is silent for a minute; a client that is gone holds its place no longer than this. */
    static final Duration QUIET = Duration.ofSeconds(15);

    /** How long a browser waits before it comes again. */
    private static final String OPENING = "retry: 2000\n: Penstock\n\n";

    private final @Nullable String lastEventId;
    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile long sentNanos = System.nanoTime();

    EventStream(@Nullable String lastEventId, OutputStream out) {
        this.lastEventId = lastEventId;
        this.out = out;
    }

    /** What feeds a stream, on a virtual thread of its own. */
    @FunctionalInterface
    public interface Body {
        /**
         * Sends until there is nothing more to come; returning ends the stream. May wait for as long as it likes: the
         * thread is interrupted when the client is gone or the server stops.
         *
         * @throws IOException when the client is gone
         */
        void run(EventStream stream) throws IOException, InterruptedException;
    }

    /**
     * Answers the request by a stream. Returns at once; call it last in a handler, after all checks, because the status
     * is 200 from here on.
     *
     * @throws dev.penstock.core.platform.error.PenstockException TOO_MANY_REQUESTS when there are too many streams
     */
    public static void open(Context ctx, Body body) {
        ctx.appData(EventStreams.KEY).open(ctx, body);
    }

    /** The id of the last event that the client has seen, of its header {@code Last-Event-ID}. */
    public Optional<String> lastEventId() {
        return Optional.ofNullable(lastEventId);
    }

    /**
     * Sends an event.
     *
     * @param id what a client says in {@code Last-Event-ID} when it comes again; null when it cannot resume here
     * @param event a word for programs; null for a plain message
     * @param data any text; its lines arrive as they are
     */
    public void send(@Nullable String id, @Nullable String event, String data) throws IOException {
        var text = new StringBuilder(data.length() + 64);
        if (id != null) {
            text.append("id: ").append(oneLine(id)).append('\n');
        }
        if (event != null) {
            text.append("event: ").append(oneLine(event)).append('\n');
        }
        data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
        if (data.isEmpty()) {
            text.append("data:\n");
        }
        write(text.append('\n').toString());
    }

    /** Sends a comment, which clients pass over. */
    public void comment(String comment) throws IOException {
        write(": " + oneLine(comment) + "\n\n");
    }

    void begin() throws IOException {
        write(OPENING);
    }

    /** Sends a comment if nothing was sent for a while; when something is being written just now, that is as good. */
    void beat() throws IOException {
        if (System.nanoTime() - sentNanos >= QUIET.toNanos() && writing.tryLock()) {
            try {
                comment("");
            } finally {
                writing.unlock();
            }
        }
    }

    private void write(String text) throws IOException {
        writing.lock();
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            sentNanos = System.nanoTime();
        } finally {
            writing.unlock();
        }
    }

    private static String oneLine(String text) {
        if (text.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
            throw new IllegalArgumentException("Not one line: \"" + text + "\"");
        }
        return text;
    }
}

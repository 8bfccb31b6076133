package dev.penstock.core.ops;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.EventStream;
import dev.penstock.core.http.Resource;
import dev.penstock.core.ops.EventFeed.Batch;
import dev.penstock.core.ops.EventFeed.Resumed;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.json.Json;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /api/v1/events}: what happens, while it happens, without gaps. */
final class EventResource implements Resource {
    /** A page that shows more nouns than this listens to all of them. */
    private static final int MAX_SUBJECTS = 50;

    private static final int MAX_SUBJECT_CHARS = 300;

    /** Only to look whether the client is still there, which the stream itself does. */
    private static final Duration WAIT = Duration.ofMinutes(1);

    private final EventFeed feed;

    EventResource(EventFeed feed) {
        this.feed = feed;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/events", this::stream, Access.VIEWER);
    }

    private void stream(Context ctx) {
        List<String> subjects = subjects(ctx);
        Optional<EventPosition> seen = seen(ctx);
        EventStream.open(ctx, stream -> {
            try (var _ = feed.join()) {
                send(stream, subjects, seen.map(feed::resume).orElseGet(() -> new Resumed(feed.now(), false)));
            }
        });
    }

    private void send(EventStream stream, List<String> subjects, Resumed begin)
            throws IOException, InterruptedException {
        if (begin.missed()) {
            stream.send(begin.from().toString(), "missed", "{}");
        } else {
            stream.comment("from " + begin.from());
        }
        EventPosition position = begin.from();
        while (true) {
            Batch batch = feed.after(position, WAIT);
            for (StoredEvent event : batch.events()) {
                if (event.isAbout(subjects)) {
                    stream.send(event.position().toString(), event.kind(), data(event));
                }
            }
            position = batch.upTo();
        }
    }

    /** The body is stored as JSON and goes out as it is. */
    private static String data(StoredEvent event) {
        String head = Json.write(Map.of("subject", event.subject(), "at", event.at()));
        return head.substring(0, head.length() - 1) + ",\"body\":" + event.body() + "}";
    }

    private static List<String> subjects(Context ctx) {
        List<String> subjects = ctx.queryParams("subject");
        boolean tooLong = subjects.stream().anyMatch(one -> one.isEmpty() || one.length() > MAX_SUBJECT_CHARS);
        if (subjects.size() > MAX_SUBJECTS || tooLong) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST,
                    "\"subject\" may be given " + MAX_SUBJECTS + " times, with 1 to " + MAX_SUBJECT_CHARS
                            + " characters each");
        }
        return List.copyOf(subjects);
    }

    /** The header, which browsers send by themselves when they come again, wins over the parameter. */
    private static Optional<EventPosition> seen(Context ctx) {
        String header = ctx.header("Last-Event-ID");
        String text = header == null ? ctx.queryParam("after") : header;
        if (text == null) {
            return Optional.empty();
        }
        return Optional.of(EventPosition.parse(text)
                .orElseThrow(() -> new PenstockException(
                        ErrorCode.BAD_REQUEST,
                        "\"" + (header == null ? "after" : "Last-Event-ID")
                                + "\" is not the id of an event of this stream")));
    }
}

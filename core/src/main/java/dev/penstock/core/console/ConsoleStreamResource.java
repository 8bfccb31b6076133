package dev.penstock.core.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.core.console.ConsoleFollower.Ended;
import dev.penstock.core.console.ConsoleFollower.Quiet;
import dev.penstock.core.console.ConsoleFollower.Text;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.EventStream;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.json.Json;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/jobs/{id}/console/stream}: a console while it grows, as server-sent events. Event {@code text} carries
 * text and its offset; event {@code end} comes once, after all of it, and the stream ends. Ids are
 * {@code <attempt>-<offset>}: a client that comes again goes on where it was, with the same attempt.
 */
final class ConsoleStreamResource implements Resource {
    /** The stream sends its own comments while nothing happens; this only bounds one wait. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Consoles consoles;

    ConsoleStreamResource(Consoles consoles) {
        this.consoles = consoles;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/jobs/{id}/console/stream", this::stream, Access.VIEWER);
    }

    /** Where to begin. */
    private record Place(int attempt, long offset) {}

    private record TextEvent(int attempt, long offset, String text) {}

    private record EndEvent(int attempt, long length, String state, boolean truncated) {}

    private void stream(Context ctx) {
        JobRunId job = ConsoleResource.job(ctx);
        int attempt = ConsoleResource.attempt(ctx);
        Place place = resumed(ctx.header("Last-Event-ID"), attempt).orElse(new Place(attempt, offset(ctx)));
        // Asked here, so that a job that is not there is a 404 and no stream.
        consoles.find(job, place.attempt());
        EventStream.open(ctx, stream -> {
            try (ConsoleFollower follower = consoles.follow(job, place.attempt(), place.offset())) {
                feed(stream, follower);
            }
        });
    }

    private static void feed(EventStream stream, ConsoleFollower follower) throws IOException, InterruptedException {
        int attempt = follower.id().attempt();
        while (true) {
            switch (follower.next(PATIENCE)) {
                case Text(var from, var to, var text) ->
                    stream.send(attempt + "-" + to, "text", json(new TextEvent(attempt, from, text)));
                case Ended(var state, var truncated) -> {
                    var end = new EndEvent(attempt, follower.cursor(), state.name(), truncated);
                    stream.send(attempt + "-" + follower.cursor(), "end", json(end));
                    return;
                }
                case Quiet() -> {}
            }
        }
    }

    private static String json(Object event) {
        try {
            return Json.STRICT.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot be written as JSON: " + event.getClass(), e);
        }
    }

    /** An id of this stream; of another attempt than the one that is asked for, or of another server's, it says nothing. */
    private static Optional<Place> resumed(@Nullable String id, int attempt) {
        if (id == null) {
            return Optional.empty();
        }
        int dash = id.indexOf('-');
        try {
            var place = new Place(
                    Integer.parseInt(id.substring(0, Math.max(0, dash))), Long.parseLong(id.substring(dash + 1)));
            boolean ours = place.attempt() > 0 && place.offset() >= 0 && (attempt == 0 || attempt == place.attempt());
            return ours ? Optional.of(place) : Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static long offset(Context ctx) {
        String text = ctx.queryParam("offset");
        try {
            long offset = text == null ? 0 : Long.parseLong(text);
            if (offset >= 0) {
                return offset;
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a negative one.
        }
        throw new PenstockException(
                ErrorCode.BAD_REQUEST, "\"offset\" is \"" + text + "\"; it takes the number of a byte, from 0");
    }
}

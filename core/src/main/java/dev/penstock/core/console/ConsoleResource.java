package dev.penstock.core.console;

import dev.penstock.core.console.ConsoleBytes.Opened;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.ByteRange;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/jobs/{id}/console}: what a job printed, as plain text. */
final class ConsoleResource implements Resource {
    /** Each is one write to the socket; larger ones gain nothing. */
    private static final int BUFFER = 128 * 1024;

    private final Consoles consoles;

    ConsoleResource(Consoles consoles) {
        this.consoles = consoles;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/jobs/{id}/consoles", this::list, Access.VIEWER);
        routes.get("/api/v1/jobs/{id}/console", this::read, Access.VIEWER);
    }

    private record View(
            int attempt,
            String agent,
            String state,
            long length,
            boolean truncated,
            @Nullable String sha256,
            @Nullable Instant closedAt,
            @Nullable Instant deletedAt) {
        static View of(ConsoleFacts facts) {
            return new View(
                    facts.id().attempt(),
                    facts.agent(),
                    facts.state().name(),
                    facts.length(),
                    facts.truncated(),
                    facts.sha256(),
                    facts.closedAt(),
                    facts.deletedAt());
        }
    }

    private record All(List<View> items) {}

    private void list(Context ctx) {
        ctx.json(new All(consoles.of(job(ctx)).stream().map(View::of).toList()));
    }

    private void read(Context ctx) throws IOException {
        Optional<ConsoleFacts> found = consoles.find(job(ctx), attempt(ctx));
        ctx.contentType("text/plain; charset=utf-8");
        ctx.header("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'");
        ctx.header("Accept-Ranges", "bytes");
        if (found.isEmpty()) {
            ctx.header("X-Console-State", "none");
            ctx.header("X-Console-Length", "0");
            return;
        }
        ConsoleId id = found.get().id();
        try (Opened opened = consoles.open(id)) {
            ConsoleFacts facts = found.get().readable(opened.length());
            describe(ctx, facts);
            String tag = tag(facts);
            if (tag != null && tag.equals(ctx.header("If-None-Match"))) {
                ctx.status(HttpStatus.NOT_MODIFIED);
                return;
            }
            send(ctx, facts, opened);
        }
    }

    private static void describe(Context ctx, ConsoleFacts facts) {
        ctx.header("X-Console-Attempt", Integer.toString(facts.id().attempt()));
        ctx.header("X-Console-State", facts.state().name().toLowerCase(Locale.ROOT));
        ctx.header("X-Console-Truncated", Boolean.toString(facts.truncated()));
        ctx.header(
                "Content-Disposition",
                "inline; filename=\"console-" + facts.id().job().value() + "-"
                        + facts.id().attempt() + ".log\"");
        String tag = tag(facts);
        if (tag != null) {
            ctx.header("ETag", tag).header("Cache-Control", "private, no-cache");
        }
    }

    private static @Nullable String tag(ConsoleFacts facts) {
        return facts.sha256() == null ? null : "\"" + facts.sha256() + "\"";
    }

    private void send(Context ctx, ConsoleFacts facts, Opened opened) throws IOException {
        long length = facts.state() == ConsoleFacts.State.OPEN
                ? consoles.visible(facts.id(), opened)
                : facts.sha256() == null ? opened.length() : facts.length();
        ctx.header("X-Console-Length", Long.toString(length));
        String tail = ctx.queryParam("tail");
        ByteRange range = tail == null
                ? ByteRange.of(rangeHeader(ctx, facts), length)
                : new ByteRange(ConsoleTail.begin(opened, length, lines(tail)), length, true);
        if (!range.whole()) {
            ctx.status(HttpStatus.PARTIAL_CONTENT).header("Content-Range", range.contentRange(length));
        }
        ctx.header("X-Console-Offset", Long.toString(range.from()));
        ctx.res().setContentLengthLong(range.length());
        if (ctx.method().equals(HandlerType.HEAD)) {
            return;
        }
        copy(opened, range, ctx.res().getOutputStream());
    }

    /** With {@code If-Range} a part is wanted only of what the client has; otherwise the whole. */
    private static @Nullable String rangeHeader(Context ctx, ConsoleFacts facts) {
        String condition = ctx.header("If-Range");
        boolean same = condition == null || condition.equals(tag(facts));
        return same ? ctx.header("Range") : null;
    }

    private static void copy(Opened from, ByteRange range, OutputStream to) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER, range.length())];
        long at = range.from();
        while (at < range.to()) {
            int count = from.read(at, ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, range.to() - at)));
            if (count <= 0) {
                throw new IOException("A console is shorter than it was");
            }
            to.write(buffer, 0, count);
            at += count;
        }
    }

    private static int lines(String text) {
        try {
            int lines = Integer.parseInt(text);
            if (lines >= 1 && lines <= ConsoleTail.MOST_LINES) {
                return lines;
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a number out of range.
        }
        throw new PenstockException(
                ErrorCode.BAD_REQUEST,
                "\"tail\" is \"" + text + "\"; it takes a number of lines from 1 to " + ConsoleTail.MOST_LINES);
    }

    static JobRunId job(Context ctx) {
        return new JobRunId(positive("id", ctx.pathParam("id")));
    }

    /** 0 when none is asked for. */
    static int attempt(Context ctx) {
        String text = ctx.queryParam("attempt");
        return text == null ? 0 : (int) Math.min(Integer.MAX_VALUE, positive("attempt", text));
    }

    private static long positive(String name, String text) {
        try {
            long value = Long.parseLong(text);
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a number that is not positive.
        }
        throw new PenstockException(
                ErrorCode.BAD_REQUEST, "\"" + name + "\" is \"" + text + "\", which is not a positive number");
    }
}

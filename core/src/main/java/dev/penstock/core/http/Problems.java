package dev.penstock.core.http;

import static org.eclipse.jetty.ee10.servlet.ServletContextRequest.getServletContextRequest;

import dev.penstock.core.http.BodyRate.SlowBodyException;
import dev.penstock.core.platform.db.Databases;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes problems of exceptions, in one place. What was not expected is logged once and shown without its inside. */
final class Problems {
    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    private static final String BUG =
            "The server has made a mistake; its log tells more under the trace id of this answer";

    private Problems() {}

    static void addTo(RoutesConfig routes) {
        routes.exception(PenstockException.class, (e, ctx) -> answer(ctx, e));
        routes.exception(HttpResponseException.class, (e, ctx) -> answer(ctx, translated(e, ctx)));
        routes.exception(IOException.class, (e, ctx) -> answer(ctx, broken(e, ctx)));
        routes.exception(Exception.class, (e, ctx) -> answer(ctx, unexpected(e, ctx)));
    }

    /** A stack overflow, say: the request is over, and the server goes on. */
    static void answer(HttpServletResponse response, Error error) {
        String given = response.getHeader(RequestIds.HEADER);
        String trace = given == null ? TraceId.fresh() : given;
        RequestIds.logged(trace, _ -> log.atError().setCause(error).log("A request failed"));
        try {
            response.setStatus(ErrorCode.INTERNAL.status());
            response.setContentType(Problem.MEDIA_TYPE);
            response.getOutputStream()
                    .write(Problem.of(ErrorCode.INTERNAL, BUG, List.of(), trace).bytes());
        } catch (IOException | IllegalStateException e) {
            log.atDebug().setCause(e).log("The client was not told");
        }
    }

    static void answer(Context ctx, PenstockException e) {
        answer(ctx, e.code(), e.getMessage(), e.violations());
    }

    private static void answer(Context ctx, ErrorCode code, @Nullable String detail, List<Violation> violations) {
        if (code == ErrorCode.UNAVAILABLE || code == ErrorCode.DATABASE_UNAVAILABLE) {
            ctx.header("Retry-After", "1");
        }
        if (ctx.res().isCommitted()) {
            // A part was sent already: only a broken connection tells the client that it is not the whole.
            getServletContextRequest(ctx.req())
                    .getConnectionMetaData()
                    .getConnection()
                    .getEndPoint()
                    .close();
            return;
        }
        ctx.removeHeader("ETag").removeHeader("Content-Disposition");
        ctx.res().setContentLengthLong(-1);
        ctx.status(code.status())
                .contentType(Problem.MEDIA_TYPE)
                .result(Problem.of(code, detail == null ? "" : detail, violations, TraceId.of(ctx))
                        .bytes());
    }

    /** What Javalin itself refuses. */
    private static PenstockException translated(HttpResponseException e, Context ctx) {
        return switch (e.getStatus()) {
            case 404 ->
                new PenstockException(
                        ErrorCode.NOT_FOUND, "There is nothing at \"" + ctx.method() + " " + ctx.path() + "\"");
            case 405 -> methodNotAllowed(e, ctx);
            case 413 -> new PenstockException(ErrorCode.TOO_LARGE, "The body is larger than this resource takes");
            case 408, 504 -> new PenstockException(ErrorCode.UNAVAILABLE, "The request took too long");
            default ->
                e.getStatus() < 500
                        ? new PenstockException(ErrorCode.BAD_REQUEST, "The request cannot be read")
                        : unexpected(e, ctx);
        };
    }

    /** A client that went away, trickled or fell silent is not written to the log: anybody could fill it. */
    private static PenstockException broken(IOException e, Context ctx) {
        return e instanceof EofException || e instanceof SlowBodyException || e.getCause() instanceof TimeoutException
                ? new PenstockException(ErrorCode.BAD_REQUEST, "The body ended early, or arrives too slowly")
                : unexpected(e, ctx);
    }

    private static PenstockException methodNotAllowed(HttpResponseException e, Context ctx) {
        String allowed = String.join(", ", e.getDetails().values());
        if (!allowed.isEmpty()) {
            ctx.header("Allow", allowed);
        }
        return new PenstockException(
                ErrorCode.METHOD_NOT_ALLOWED,
                "\"" + ctx.path() + "\" does not take " + ctx.method()
                        + (allowed.isEmpty() ? "" : "; it takes " + allowed));
    }

    static PenstockException unexpected(Throwable e, Context ctx) {
        if (Databases.isUnavailable(e)) {
            RequestIds.logged(
                    TraceId.of(ctx),
                    _ -> log.atWarn().addKeyValue("reason", e.getMessage()).log("A request found no database"));
            return new PenstockException(
                    ErrorCode.DATABASE_UNAVAILABLE, "The database cannot be reached; try again in a moment");
        }
        RequestIds.logged(
                TraceId.of(ctx),
                _ -> log.atError()
                        .setCause(e)
                        .addKeyValue("asked", ctx.method() + " " + ctx.path())
                        .log("A request failed"));
        return new PenstockException(ErrorCode.INTERNAL, BUG);
    }
}

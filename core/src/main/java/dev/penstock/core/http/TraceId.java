package dev.penstock.core.http;

import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Ties an answer to what the log says about it, as the request's id: the caller's W3C trace id, or one of ours. */
final class TraceId {
    static final String ATTRIBUTE = "penstock.trace";
    private static final Pattern TRACE_PARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");

    private TraceId() {}

    /** The id of this request; made when it is asked for the first time. */
    static String of(Context ctx) {
        return of(ctx.req());
    }

    static String of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String known) {
            return known;
        }
        String id = fromCaller(request.getHeader("traceparent"));
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    static String fromCaller(@Nullable String traceParent) {
        if (traceParent != null) {
            var matcher = TRACE_PARENT.matcher(traceParent);
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        return fresh();
    }

    /** Not a secret: it only has to differ from others in the log. */
    static String fresh() {
        var random = ThreadLocalRandom.current();
        return "%016x%016x".formatted(random.nextLong(), random.nextLong());
    }
}

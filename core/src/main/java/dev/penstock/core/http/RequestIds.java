package dev.penstock.core.http;

import java.util.function.Consumer;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.MDC;

/** Gives each request an id: in its answer, in every line of the log that is written for it, and in its problem. */
final class RequestIds extends Handler.Wrapper {
    static final String HEADER = "X-Request-Id";

    /** The key of the log's diagnostic context. */
    private static final String LOGGED = "request";

    RequestIds(Handler next) {
        super(next);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String id = TraceId.fromCaller(request.getHeaders().get("traceparent"));
        request.setAttribute(TraceId.ATTRIBUTE, id);
        response.getHeaders().put(HEADER, id);
        MDC.put(LOGGED, id);
        try {
            return super.handle(request, response, callback);
        } finally {
            MDC.remove(LOGGED);
        }
    }

    /** Does something for a request on another thread than its own, or after its own has left it. */
    static void logged(String id, Consumer<String> what) {
        String before = MDC.get(LOGGED);
        MDC.put(LOGGED, id);
        try {
            what.accept(id);
        } finally {
            if (before == null) {
                MDC.remove(LOGGED);
            } else {
                MDC.put(LOGGED, before);
            }
        }
    }
}

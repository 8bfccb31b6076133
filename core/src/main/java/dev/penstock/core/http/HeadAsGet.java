package dev.penstock.core.http;

import io.javalin.http.Context;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers HEAD as GET is answered, checks and all; Jetty leaves out the body. Javalin itself would say 200 to every HEAD
 * of a path that takes GET, also where GET is refused.
 */
final class HeadAsGet extends Handler.Wrapper {
    private static final String ATTRIBUTE = "penstock.head";

    HeadAsGet(Handler next) {
        super(next);
    }

    /** Whether nobody will read a body. */
    static boolean isHead(Context ctx) {
        return ctx.req().getAttribute(ATTRIBUTE) != null;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!request.getMethod().equals("HEAD")) {
            return super.handle(request, response, callback);
        }
        request.setAttribute(ATTRIBUTE, true);
        return super.handle(
                new Request.Wrapper(request) {
                    @Override
                    public String getMethod() {
                        return "GET";
                    }
                },
                response,
                callback);
    }
}

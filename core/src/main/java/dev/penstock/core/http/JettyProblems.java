package dev.penstock.core.http;

import dev.penstock.core.platform.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Requests that Jetty refuses before a route sees them: malformed, headers too large, URI ambiguous. */
final class JettyProblems implements Request.Handler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        String id = request.getAttribute(TraceId.ATTRIBUTE) instanceof String known ? known : TraceId.fresh();
        Problem problem = Problem.of(code(status), detail(status), List.of(), id);
        response.getHeaders().put(RequestIds.HEADER, id);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.write(true, ByteBuffer.wrap(problem.bytes()), callback);
        return true;
    }

    private static ErrorCode code(int status) {
        return switch (status) {
            case 404 -> ErrorCode.NOT_FOUND;
            case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 413, 414, 431 -> ErrorCode.TOO_LARGE;
            case 503 -> ErrorCode.UNAVAILABLE;
            default -> status < 500 ? ErrorCode.BAD_REQUEST : ErrorCode.INTERNAL;
        };
    }

    private static String detail(int status) {
        return switch (status) {
            case 404 -> "There is nothing here";
            case 414 -> "The address of the request is too long";
            case 431 -> "The headers of the request are too large";
            case 503 -> "The server is stopping; try again in a moment";
            default -> status < 500 ? "The request is not well-formed HTTP" : "The server has made a mistake";
        };
    }
}

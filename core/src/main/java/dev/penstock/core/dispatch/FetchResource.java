package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.FetchRequest;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.AgentWire;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;

/** {@code /agent/v1/jobs/{id}/fetch}: which files a fetch task gets; their bytes are asked for by hash. */
final class FetchResource implements Resource {
    /** As long as a path among artifacts, or a chain of pipelines, can be. */
    private static final int MAX_CHARS = 8_192;

    private final Fetches fetches;

    FetchResource(Fetches fetches) {
        this.fetches = fetches;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/agent/v1/jobs/{id}/fetch", this::find, Access.AGENT);
    }

    private void find(Context ctx) {
        var request = new FetchRequest(
                text(ctx, "pipeline", false),
                text(ctx, "stage", true),
                text(ctx, "job", true),
                text(ctx, "source", true),
                "true".equals(ctx.queryParam("is_file")));
        AgentWire.reply(ctx, fetches.find(Caller.agent(ctx), AgentWire.job(ctx), AgentWire.attempt(ctx), request));
    }

    private static String text(Context ctx, String name, boolean required) {
        String text = ctx.queryParam(name);
        if (text == null || text.isEmpty()) {
            if (required) {
                throw new PenstockException(ErrorCode.BAD_REQUEST, "\"" + name + "\" is missing");
            }
            return "";
        }
        if (text.length() > MAX_CHARS || text.indexOf('\0') >= 0) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "\"" + name + "\" is too long, or has a NUL in it");
        }
        return text;
    }
}

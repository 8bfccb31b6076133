package dev.penstock.core.run;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.PathNumber;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/pipelines/{pipeline}/runs/{counter}}: what people do with a run. Reading it is the part of insight. */
final class RunResource implements Resource {
    static final String RUN = "/api/v1/pipelines/{pipeline}/runs/{counter}";

    private final RunActs acts;

    RunResource(RunActs acts) {
        this.acts = acts;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.patch(RUN, this::change, Access.OPERATOR);
        routes.post(RUN + "/cancel", this::cancel, Access.OPERATOR);
    }

    private record Change(@Nullable String comment) {}

    private void change(Context ctx) {
        String comment = ctx.bodyAsClass(Change.class).comment();
        if (comment == null) {
            throw new PenstockException(ErrorCode.INVALID, "\"comment\" is missing; give \"\" for none");
        }
        acts.comment(
                ctx.pathParam("pipeline"),
                PathNumber.of(ctx, "counter"),
                comment,
                Caller.of(ctx).name());
        ctx.status(HttpStatus.NO_CONTENT);
    }

    private void cancel(Context ctx) {
        acts.cancel(
                ctx.pathParam("pipeline"),
                PathNumber.of(ctx, "counter"),
                Caller.of(ctx).name());
        ctx.status(HttpStatus.ACCEPTED);
    }
}

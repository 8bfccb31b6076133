package dev.penstock.core.run;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.PathNumber;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.ids.JobRunId;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;

/** {@code /api/v1/jobs/{id}}: what people do with a job. */
final class JobResource implements Resource {
    private static final String JOB = "/api/v1/jobs/{id}";

    private final JobActs acts;

    JobResource(JobActs acts) {
        this.acts = acts;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post(JOB + "/cancel", ctx -> act(ctx, acts::cancel), Access.OPERATOR);
        routes.post(JOB + "/rerun", ctx -> act(ctx, acts::rerun), Access.OPERATOR);
        routes.post(JOB + "/give-up", ctx -> act(ctx, acts::giveUp), Access.OPERATOR);
    }

    private interface Act {
        void on(JobRunId job, String by);
    }

    private static void act(Context ctx, Act act) {
        act.on(new JobRunId(PathNumber.of(ctx, "id")), Caller.of(ctx).name());
        ctx.status(HttpStatus.ACCEPTED);
    }
}

package dev.penstock.core.insight;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.PathNumber;
import dev.penstock.core.http.Resource;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;

/** Runs of stages and their jobs. */
final class StageRunsResource implements Resource {
    private static final String STAGE = RunsResource.RUN + "/stages/{stage}/{stage_counter}";

    private final StageViews stages;

    StageRunsResource(StageViews stages) {
        this.stages = stages;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get(STAGE, this::stage, Access.VIEWER);
        routes.get(STAGE + "/jobs/{job}", this::job, Access.VIEWER);
        routes.get(RunsResource.PIPELINE + "/stages/{stage}/history", this::history, Access.VIEWER);
        routes.get("/api/v1/jobs/{id}", this::jobById, Access.VIEWER);
        routes.get("/api/v1/jobs/{id}/transitions", this::transitions, Access.VIEWER);
    }

    private void stage(Context ctx) {
        ctx.json(stages.stage(
                ctx.pathParam("pipeline"),
                PathNumber.of(ctx, "counter"),
                ctx.pathParam("stage"),
                PathNumber.small(ctx, "stage_counter")));
    }

    private void job(Context ctx) {
        ctx.json(stages.job(
                ctx.pathParam("pipeline"),
                PathNumber.of(ctx, "counter"),
                ctx.pathParam("stage"),
                PathNumber.small(ctx, "stage_counter"),
                ctx.pathParam("job")));
    }

    private void history(Context ctx) {
        ctx.json(stages.history(ctx.pathParam("pipeline"), ctx.pathParam("stage"), Paging.of(ctx)));
    }

    private void jobById(Context ctx) {
        ctx.json(stages.job(PathNumber.of(ctx, "id")));
    }

    private void transitions(Context ctx) {
        ctx.json(stages.transitions(PathNumber.of(ctx, "id"), Paging.of(ctx)));
    }
}

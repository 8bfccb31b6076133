package dev.penstock.core.run;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.PathNumber;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.run.StageActs.Again;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/pipelines/{pipeline}/runs/{counter}/stages/{stage}}: what people do with the stages of a run. */
final class StageResource implements Resource {
    private static final String STAGE = RunResource.RUN + "/stages/{stage}";
    private static final String STAGE_RUN = STAGE + "/{stage_counter}";

    /** More than the jobs of any stage that we promise. */
    private static final int MAX_CHOSEN = 1_000;

    private final StageActs acts;

    StageResource(StageActs acts) {
        this.acts = acts;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post(STAGE, this::start, Access.OPERATOR);
        routes.patch(STAGE_RUN, this::change, Access.OPERATOR);
        routes.post(STAGE_RUN + "/rerun", this::rerun, Access.OPERATOR);
        routes.post(STAGE_RUN + "/cancel", this::cancel, Access.OPERATOR);
    }

    private void start(Context ctx) {
        answer(
                ctx,
                acts.start(
                        ctx.pathParam("pipeline"),
                        PathNumber.of(ctx, "counter"),
                        ctx.pathParam("stage"),
                        Caller.of(ctx).name()));
    }

    private record Wish(@Nullable Boolean failed, @Nullable List<@Nullable String> jobs) {
        static final Wish WHOLE = new Wish(null, null);

        Again again() {
            if (jobs == null) {
                return Boolean.TRUE.equals(failed) ? new Again.Failed() : new Again.Whole();
            }
            if (failed != null) {
                throw new PenstockException(ErrorCode.INVALID, "Give \"failed\" or \"jobs\", not both");
            }
            if (jobs.size() > MAX_CHOSEN || jobs.contains(null)) {
                throw new PenstockException(
                        ErrorCode.INVALID, "\"jobs\" has to be a list of 1 to " + MAX_CHOSEN + " names");
            }
            return new Again.Chosen(jobs.stream().map(String::valueOf).toList());
        }
    }

    private void rerun(Context ctx) {
        Wish wish = ctx.body().isBlank() ? Wish.WHOLE : ctx.bodyAsClass(Wish.class);
        answer(ctx, acts.rerun(place(ctx), wish.again(), Caller.of(ctx).name()));
    }

    private static void answer(Context ctx, StagePlace place) {
        ctx.status(HttpStatus.CREATED)
                .header(
                        "Location",
                        "/api/v1/pipelines/" + place.pipeline() + "/runs/" + place.run() + "/stages/" + place.stage()
                                + "/" + place.counter())
                .json(place);
    }

    private void cancel(Context ctx) {
        acts.cancel(place(ctx), Caller.of(ctx).name());
        ctx.status(HttpStatus.ACCEPTED);
    }

    private record Change(@Nullable Boolean keepArtifacts) {}

    private void change(Context ctx) {
        Boolean keep = ctx.bodyAsClass(Change.class).keepArtifacts();
        if (keep == null) {
            throw new PenstockException(ErrorCode.INVALID, "\"keep_artifacts\" is missing; give true or false");
        }
        acts.keepArtifacts(place(ctx), keep, Caller.of(ctx).name());
        ctx.status(HttpStatus.NO_CONTENT);
    }

    private static StagePlace place(Context ctx) {
        return new StagePlace(
                ctx.pathParam("pipeline"),
                PathNumber.of(ctx, "counter"),
                ctx.pathParam("stage"),
                PathNumber.small(ctx, "stage_counter"));
    }
}

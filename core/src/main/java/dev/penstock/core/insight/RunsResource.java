package dev.penstock.core.insight;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.PathNumber;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs of pipelines: lists, one, two compared. */
final class RunsResource implements Resource {
    static final String PIPELINE = "/api/v1/pipelines/{pipeline}";
    static final String RUN = PIPELINE + "/runs/{counter}";

    private final RunViews runs;
    private final Comparisons comparisons;

    RunsResource(RunViews runs, Comparisons comparisons) {
        this.runs = runs;
        this.comparisons = comparisons;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/runs", this::newest, Access.VIEWER);
        routes.get(PIPELINE + "/runs", this::ofPipeline, Access.VIEWER);
        routes.get(RUN, this::show, Access.VIEWER);
        routes.get(RUN + "/definition", this::definition, Access.VIEWER);
        routes.get(PIPELINE + "/compare", this::compare, Access.VIEWER);
    }

    private void newest(Context ctx) {
        var filter = new RunFilter(state(ctx), ctx.queryParam("pipeline"), ctx.queryParam("group"), time(ctx, "since"));
        ctx.json(runs.newest(filter, Paging.of(ctx)));
    }

    private void ofPipeline(Context ctx) {
        ctx.json(runs.ofPipeline(ctx.pathParam("pipeline"), Paging.of(ctx)));
    }

    private void show(Context ctx) {
        ctx.json(runs.show(ctx.pathParam("pipeline"), PathNumber.of(ctx, "counter")));
    }

    private void definition(Context ctx) {
        ctx.json(comparisons.definition(ctx.pathParam("pipeline"), PathNumber.of(ctx, "counter")));
    }

    private void compare(Context ctx) {
        ctx.json(comparisons.compare(ctx.pathParam("pipeline"), counter(ctx, "from"), counter(ctx, "to")));
    }

    private static RunFilter.@Nullable State state(Context ctx) {
        String text = ctx.queryParam("state");
        if (text == null) {
            return null;
        }
        return Arrays.stream(RunFilter.State.values())
                .filter(state -> state.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new PenstockException(
                        ErrorCode.BAD_REQUEST,
                        "\"state\" is \"" + text + "\"; it takes one of " + List.of(RunFilter.State.values())));
    }

    private static @Nullable Instant time(Context ctx, String parameter) {
        String text = ctx.queryParam(parameter);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException _) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST,
                    "\"" + parameter + "\" is \"" + text + "\"; it takes a time such as 2026-11-23T12:00:00Z");
        }
    }

    private static long counter(Context ctx, String parameter) {
        String text = ctx.queryParam(parameter);
        if (text == null) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST, "\"" + parameter + "\" is missing; give the counter of a run");
        }
        try {
            long number = Long.parseLong(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a number out of range.
        }
        throw new PenstockException(
                ErrorCode.BAD_REQUEST, "\"" + parameter + "\" is \"" + text + "\"; it takes the counter of a run");
    }
}

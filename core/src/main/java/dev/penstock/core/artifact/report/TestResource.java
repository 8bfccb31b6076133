package dev.penstock.core.artifact.report;

import dev.penstock.core.artifact.report.ReportStore.Numbered;
import dev.penstock.core.artifact.report.ReportStore.TrendPoint;
import dev.penstock.core.artifact.report.TestCase.Status;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.Page;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.JobOriginQuery;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/jobs/{id}/tests} and the trend: what tests came out how. */
public final class TestResource implements Resource {
    private final Database database;

    public TestResource(Database database) {
        this.database = database;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/jobs/{id}/tests", this::show, Access.VIEWER);
        routes.get("/api/v1/jobs/{id}/tests/cases", this::cases, Access.VIEWER);
        routes.get("/api/v1/pipelines/{pipeline}/tests/trend", this::trend, Access.VIEWER);
    }

    /** @param pending whether reports are still to be read */
    private record Summary(
            boolean pending,
            int total,
            int passed,
            int failed,
            int errors,
            int skipped,
            double seconds,
            List<String> problems) {}

    private record CaseView(
            String suite,
            String name,
            String status,
            double seconds,
            @Nullable String message,
            @Nullable String detail) {}

    private record Point(
            long counter,
            String label,
            int stageCounter,
            String stageState,
            Instant scheduledAt,
            int jobs,
            int total,
            int passed,
            int failed,
            int errors,
            int skipped,
            double seconds) {}

    private void show(Context ctx) {
        JobRunId job = job(ctx);
        ctx.json(database.read(handle -> {
            JobRunId origin = origin(handle, job);
            Optional<Totals> found = ReportStore.totals(handle, origin);
            boolean pending = ReportStore.isRequested(handle, origin);
            if (found.isEmpty() && !pending) {
                throw new PenstockException(
                        ErrorCode.NOT_FOUND, "Job " + job.value() + " has published no test reports");
            }
            Totals totals = found.orElse(new Totals(0, 0, 0, 0, 0));
            return new Summary(
                    pending,
                    totals.total(),
                    passed(totals),
                    totals.failed(),
                    totals.errors(),
                    totals.skipped(),
                    totals.seconds(),
                    ReportStore.problems(handle, origin));
        }));
    }

    private static int passed(Totals totals) {
        return totals.total() - totals.failed() - totals.errors() - totals.skipped();
    }

    private void cases(Context ctx) {
        JobRunId job = job(ctx);
        Paging paging = Paging.of(ctx);
        Long after = paging.afterNumber();
        Status status = status(ctx.queryParam("status"));
        List<Numbered> found = database.read(handle -> ReportStore.cases(
                handle, origin(handle, job), status, after == null ? 0 : after, paging.limitAndOne()));
        Page<Numbered> page = paging.page(found, numbered -> Integer.toString(numbered.ordinal()));
        ctx.json(new Page<>(
                page.items().stream()
                        .map(Numbered::test)
                        .map(TestResource::view)
                        .toList(),
                page.next()));
    }

    private static CaseView view(TestCase test) {
        return new CaseView(
                test.suite(), test.name(), test.status().name(), test.seconds(), test.message(), test.detail());
    }

    private void trend(Context ctx) {
        Paging paging = Paging.of(ctx);
        Long after = paging.afterNumber();
        List<TrendPoint> found = database.read(handle -> ReportStore.trend(
                handle,
                ctx.pathParam("pipeline"),
                required(ctx, "stage"),
                required(ctx, "job"),
                after == null ? Long.MAX_VALUE : after,
                paging.limitAndOne()));
        Page<TrendPoint> page = paging.page(found, point -> Long.toString(point.counter()));
        ctx.json(new Page<>(page.items().stream().map(TestResource::view).toList(), page.next()));
    }

    private static Point view(TrendPoint point) {
        Totals totals = point.totals();
        return new Point(
                point.counter(),
                point.label(),
                point.stageCounter(),
                point.state(),
                point.scheduledAt().toInstant(),
                point.jobs(),
                totals.total(),
                passed(totals),
                totals.failed(),
                totals.errors(),
                totals.skipped(),
                totals.seconds());
    }

    private static JobRunId origin(Handle handle, JobRunId job) {
        return JobOriginQuery.find(handle, job)
                .orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no job " + job.value()));
    }

    private static String required(Context ctx, String name) {
        String value = ctx.queryParam(name);
        if (value == null || value.isBlank()) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "\"" + name + "\" is missing: say of which " + name);
        }
        return value;
    }

    private static @Nullable Status status(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return Arrays.stream(Status.values())
                .filter(status -> status.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new PenstockException(
                        ErrorCode.BAD_REQUEST,
                        "\"status\" is \"" + text + "\"; it takes one of " + List.of(Status.values())));
    }

    private static JobRunId job(Context ctx) {
        String text = ctx.pathParam("id");
        try {
            long id = Long.parseLong(text);
            if (id > 0) {
                return new JobRunId(id);
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a number that is not positive.
        }
        throw new PenstockException(
                ErrorCode.BAD_REQUEST, "\"id\" is \"" + text + "\", which is not a positive number");
    }
}

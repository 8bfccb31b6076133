package dev.penstock.core.ops;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Resource;
import dev.penstock.core.ops.Health.Check;
import dev.penstock.core.ops.Health.Report;
import dev.penstock.core.ops.Health.Status;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/health} for load balancers, {@code /api/v1/version} for people. */
final class HealthResource implements Resource {
    private final Health health;
    private final VersionView version;

    HealthResource(Health health, VersionView version) {
        this.health = health;
        this.version = version;
    }

    /** @param schema the number of the database's schema */
    record VersionView(String version, String api, int schema, String java) {}

    private record CheckView(
            String name, String status, @Nullable String message) {
        static CheckView of(Check check) {
            return new CheckView(
                    check.name(), lower(check.status()), check.message().isEmpty() ? null : check.message());
        }
    }

    private record ReportView(String status, List<CheckView> checks) {}

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/health", this::health, Access.PUBLIC);
        routes.get("/api/v1/version", this::version, Access.VIEWER);
    }

    private void health(Context ctx) {
        Report report = health.report();
        ctx.status(report.status() == Status.NOT_READY ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK);
        ctx.json(new ReportView(
                lower(report.status()),
                report.checks().stream().map(CheckView::of).toList()));
    }

    private void version(Context ctx) {
        ctx.json(version);
    }

    private static String lower(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}

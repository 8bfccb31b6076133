package dev.penstock.core.insight;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.ETags;
import dev.penstock.core.http.Resource;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/dashboard}: all pipelines at a glance, and nothing sent when nothing has changed. */
final class DashboardResource implements Resource {
    private final Dashboard dashboard;

    DashboardResource(Dashboard dashboard) {
        this.dashboard = dashboard;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/dashboard", this::show, Access.VIEWER);
    }

    private void show(Context ctx) {
        ctx.header("Vary", "Accept-Encoding").header("Cache-Control", "no-cache");
        if (ctx.header("If-None-Match") != null && ETags.isKnown(ctx, dashboard.version())) {
            return;
        }
        Dashboard.Shown shown = dashboard.show();
        ETags.show(ctx, shown.version());
        ctx.contentType("application/json");
        if (takesGzip(ctx.header("Accept-Encoding"))) {
            ctx.header("Content-Encoding", "gzip").result(shown.json().gzip());
        } else {
            ctx.result(shown.json().plain());
        }
    }

    private static boolean takesGzip(@Nullable String accepted) {
        return accepted != null && accepted.contains("gzip") && !accepted.contains("gzip;q=0");
    }
}

package dev.penstock.core.ops;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Resource;
import io.javalin.router.JavalinDefaultRoutingApi;

/** {@code /metrics} for Prometheus. */
final class MetricsResource implements Resource {
    private static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Metrics metrics;

    MetricsResource(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/metrics", ctx -> ctx.contentType(MEDIA_TYPE).result(metrics.scrape()), Access.VIEWER);
    }
}

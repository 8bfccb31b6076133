package dev.penstock.core.ops;

import dev.penstock.core.http.RequestObserver;
import dev.penstock.core.http.Resource;
import dev.penstock.core.ops.HealthResource.VersionView;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.db.Migrations;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.pluginhost.CallTiming;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The parts of this feature that others use.
 *
 * @param observer hears of each answered request
 */
public record OpsFeature(RequestObserver observer, List<Resource> resources, List<Worker> workers)
        implements AutoCloseable {

    public OpsFeature {
        resources = List.copyOf(resources);
        workers = List.copyOf(workers);
    }

    /**
     * What the feature needs from others.
     *
     * @param data the folder of everything that must be kept
     * @param version of this program
     */
    public record Needs(
            Database database,
            Signals signals,
            InstantSource clock,
            Path data,
            String version,
            Retention retention,
            Watched watched) {}

    /**
     * What is looked at while the server runs; asked for when somebody looks, not before.
     *
     * @param workers everything that acts by itself
     * @param plugins how calls into plugins went, by plugin id
     * @param streams how many streams of events are open
     * @param refusals how many requests were refused because their callers make too many, by quota
     */
    public record Watched(
            Supplier<Collection<Worker>> workers,
            Supplier<Map<String, List<CallTiming>>> plugins,
            Supplier<Number> streams,
            Supplier<Map<String, Long>> refusals) {}

    public static OpsFeature create(Needs needs) {
        Watched watched = needs.watched();
        var health = new Health(needs.database(), needs.data(), watched.workers(), needs.clock());
        var feed = new EventFeed(needs.database(), needs.signals());
        var metrics = new Metrics(new Metrics.Sources(
                needs.database(), watched.workers(), watched.plugins(), watched.streams(), watched.refusals()));
        var version = new VersionView(
                needs.version(),
                "v1",
                Migrations.newest(),
                Runtime.version().feature() + "." + Runtime.version().update());
        needs.database().useTransaction(RetentionStore::renumberEvents);
        return new OpsFeature(
                metrics,
                List.of(
                        new HealthResource(health, version),
                        new MetricsResource(metrics),
                        new EventResource(feed),
                        new AuditResource(needs.database())),
                List.of(
                        feed.worker(),
                        new Worker(
                                "retention",
                                Retention.TICK,
                                () -> needs.retention().remove(needs.database()))));
    }

    @Override
    public void close() {
        if (observer instanceof Metrics metrics) {
            metrics.close();
        }
    }
}

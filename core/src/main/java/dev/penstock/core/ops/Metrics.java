package dev.penstock.core.ops;

import dev.penstock.core.http.RequestObserver;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.pluginhost.CallTiming;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * What Prometheus reads. Requests are timed as they come; everything else is asked when somebody looks. Thread-safe.
 */
final class Metrics implements RequestObserver, AutoCloseable {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Answered, Timer> requests = new ConcurrentHashMap<>();
    private final Sources sources;
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final MultiGauge jobs;
    private final MultiGauge agents;
    private boolean complete;

    Metrics(Sources sources) {
        this.sources = sources;
        this.jobs = MultiGauge.builder("penstock.jobs")
                .description("Jobs by state, those that are over left out")
                .register(registry);
        this.agents = MultiGauge.builder("penstock.agents")
                .description("Agents by what they do")
                .register(registry);
    }

    /**
     * What is asked when somebody looks.
     *
     * @param plugins how calls into plugins went, by plugin id
     * @param streams how many streams of events are open
     * @param refusals how many requests were refused because their callers make too many, by quota
     */
    record Sources(
            Database database,
            Supplier<Collection<Worker>> workers,
            Supplier<Map<String, List<CallTiming>>> plugins,
            Supplier<Number> streams,
            Supplier<Map<String, Long>> refusals) {}

    private record Answered(String method, String route, int status) {}

    @Override
    public void answered(String method, String route, int status, Duration took) {
        requests.computeIfAbsent(new Answered(method, route, status), this::timer)
                .record(took.toNanos(), TimeUnit.NANOSECONDS);
    }

    private Timer timer(Answered answered) {
        return Timer.builder("http.server.requests")
                .description("Answered requests; long polls and streams with the time that they waited")
                .tag("method", answered.method())
                .tag("route", answered.route())
                .tag("status", Integer.toString(answered.status()))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** All metrics as Prometheus reads them. One at a time: whoever comes together waits. */
    synchronized String scrape() {
        if (!complete) {
            addRest();
            complete = true;
        }
        addPlugins();
        try {
            sources.database().read(handle -> {
                jobs.register(rows(OpsQuery.jobs(handle)), true);
                agents.register(rows(OpsQuery.agents(handle)), true);
                return OpsQuery.one(handle);
            });
        } catch (RuntimeException e) {
            // The rest is worth more than ever when the database is away; its own gauges then say nothing.
            jobs.register(List.of(), true);
            agents.register(List.of(), true);
        }
        return registry.scrape();
    }

    private static List<MultiGauge.Row<?>> rows(Map<String, Long> counts) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        counts.forEach((state, count) ->
                rows.add(MultiGauge.Row.of(Tags.of("state", state.toLowerCase(Locale.ROOT)), count)));
        return rows;
    }

    /** At the first look, not at the start: the beans of the JVM take a while to come up. */
    private void addRest() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        collections.bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        Gauge.builder("penstock.streams", sources.streams())
                .description("Open streams of events")
                .register(registry);
        for (String quota : sources.refusals().get().keySet()) {
            FunctionCounter.builder(
                            "penstock.requests.refused",
                            sources.refusals(),
                            it -> it.get().getOrDefault(quota, 0L))
                    .description("Requests refused because their callers make too many")
                    .tag("quota", quota)
                    .register(registry);
        }
        Database database = sources.database();
        gauge("penstock.database.connections.active", database, it -> it.use().active());
        gauge("penstock.database.connections.idle", database, it -> it.use().idle());
        gauge("penstock.database.connections.max", database, it -> it.use().most());
        gauge("penstock.database.connections.waiting", database, it -> it.use().waiting());
        for (Worker worker : sources.workers().get()) {
            FunctionCounter.builder("penstock.worker.steps", worker, Worker::steps)
                    .tag("worker", worker.name())
                    .register(registry);
            FunctionCounter.builder("penstock.worker.failures", worker, Worker::failures)
                    .tag("worker", worker.name())
                    .register(registry);
            Gauge.builder("penstock.worker.running", worker, it -> it.isRunning() ? 1 : 0)
                    .tag("worker", worker.name())
                    .register(registry);
        }
    }

    private void gauge(String name, Database database, ToDoubleFunction<Database> value) {
        Gauge.builder(name, database, value).register(registry);
    }

    /** Plugins come and go, so theirs are made anew at each look. */
    private void addPlugins() {
        List<Meter> old = registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("penstock.plugin."))
                .toList();
        old.forEach(registry::remove);
        sources.plugins()
                .get()
                .forEach((plugin, timings) -> timings.forEach(timing -> {
                    Tags tags = Tags.of("plugin", plugin, "call", timing.call());
                    FunctionTimer.builder(
                                    "penstock.plugin.calls",
                                    timing,
                                    CallTiming::calls,
                                    it -> it.total().toNanos(),
                                    TimeUnit.NANOSECONDS)
                            .tags(tags)
                            .register(registry);
                    FunctionCounter.builder("penstock.plugin.failures", timing, CallTiming::failures)
                            .tags(tags)
                            .register(registry);
                }));
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}

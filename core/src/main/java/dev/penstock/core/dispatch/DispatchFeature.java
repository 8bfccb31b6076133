package dev.penstock.core.dispatch;

import dev.penstock.core.agent.AgentFeature;
import dev.penstock.core.config.Definitions;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.run.ArtifactSink;
import dev.penstock.core.run.ConsoleSink;
import dev.penstock.core.run.HeldAttempts;
import dev.penstock.core.run.JobRunStore;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.pluginhost.PluginHost;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The parts of this feature that others use. Close it before requests are waited for: it answers all polls.
 *
 * @param dispatcher where polls wait
 */
public record DispatchFeature(Dispatcher dispatcher, List<Resource> resources, List<Worker> workers)
        implements AutoCloseable {

    public DispatchFeature {
        resources = List.copyOf(resources);
        workers = List.copyOf(workers);
    }

    /** What the feature needs from others. */
    public record Needs(
            Database database,
            JobRunStore jobs,
            HeldAttempts heldAttempts,
            ConsoleSink consoles,
            ArtifactSink artifacts,
            Definitions definitions,
            SecretStore secrets,
            AgentFeature agents,
            Signals signals,
            InstantSource clock,
            Defaults defaults) {}

    /**
     * What the settings say.
     *
     * @param pollWait how long a poll waits at most
     * @param idleTimeout of a job without output, where its definition does not say; zero for never
     * @param totalTimeout of a job, likewise
     * @param maxConsoleBytes what is kept of one console
     */
    public record Defaults(Duration pollWait, Duration idleTimeout, Duration totalTimeout, long maxConsoleBytes) {}

    /** @param plugins whose types jobs use */
    public static DispatchFeature create(Needs needs, PluginHost plugins) {
        return create(needs, new PluginJobTypes(plugins), System::nanoTime);
    }

    static DispatchFeature create(Needs needs, JobTypes types, LongSupplier ticker) {
        Database database = needs.database();
        var assignments = new AssignmentBuilder(
                database, needs.definitions(), needs.secrets(), types, needs.defaults(), needs.clock());
        var pluginWaits = new PluginWaits(database, needs.definitions(), types, ticker);
        var claims = new Claims(
                database,
                needs.jobs(),
                needs.heldAttempts(),
                needs.agents().roster(),
                assignments,
                needs.consoles(),
                pluginWaits);
        var dispatcher =
                new Dispatcher(database, needs.agents().roster(), claims, pluginWaits, needs.signals(), ticker);
        var reports = new Reports(
                database, needs.jobs(), needs.heldAttempts(), needs.consoles(), needs.artifacts(), needs.clock());
        var reaper = new LeaseReaper(database, needs.jobs(), ticker);
        var queue = new QueueWatch(database, needs.agents().roster(), pluginWaits);
        return new DispatchFeature(
                dispatcher,
                List.of(
                        new PollResource(
                                dispatcher,
                                needs.agents().presence(),
                                needs.defaults().pollWait()),
                        new ReportResource(reports),
                        new FetchResource(new Fetches(database, needs.heldAttempts())),
                        new QueueResource(queue)),
                List.of(
                        dispatcher.worker(),
                        new Worker("lease-reaper", LeaseReaper.TICK, reaper::step),
                        new Worker("queue-watch", QueueWatch.TICK, () -> {
                            queue.look();
                            return false;
                        })));
    }

    @Override
    public void close() {
        dispatcher.close();
    }
}

package dev.penstock.core.plugin;

import dev.penstock.core.config.model.TypeCatalog;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.pluginhost.HostSettings;
import dev.penstock.pluginhost.PluginFolder;
import dev.penstock.pluginhost.PluginHost;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * The parts of this feature that others use. Close it last: it ends all plugins.
 *
 * @param host the running plugins themselves, for those that call them
 * @param types of the running plugins, for definitions
 */
public record PluginFeature(PluginHost host, TypeCatalog types, Plugins plugins, List<Worker> workers)
        implements AutoCloseable {
    /** A jar that was dropped in is used after two looks: one that finds it, and one that finds it unchanged. */
    private static final Duration TICK = Duration.ofSeconds(2);

    /**
     * What the feature needs from others.
     *
     * @param opened the running plugins
     */
    public record Needs(Opened opened, Database database, EventStore events) {}

    /** Plugins that run already, before there is a database. */
    public record Opened(FolderWatch watch, PluginHost host) implements AutoCloseable {
        @Override
        public void close() {
            host.close();
        }
    }

    public PluginFeature {
        workers = List.copyOf(workers);
    }

    /**
     * Starts every plugin; whatever a jar does, this ends within the deadline for starts.
     *
     * @param folders bundled first: of two jars with one id the first wins
     * @throws IOException if the host's work folder cannot be made
     */
    public static Opened open(List<PluginFolder> folders, HostSettings settings) throws IOException {
        var watch = new FolderWatch(folders);
        return new Opened(watch, PluginHost.open(folders, settings));
    }

    /** Puts the feature together. */
    public static PluginFeature create(Needs needs) {
        PluginHost host = needs.opened().host();
        FolderWatch watch = needs.opened().watch();
        var plugins = new Plugins(host, needs.database(), needs.events());
        var worker = new Worker("plugins", TICK, () -> {
            if (watch.hasSettled()) {
                plugins.rescan();
            }
            return false;
        });
        return new PluginFeature(host, new HostCatalog(host), plugins, List.of(worker));
    }

    /** The nouns of the API. */
    public List<Resource> resources() {
        return List.of(new PluginResource(plugins), new TypeResource(host), new PluginJarResource(plugins));
    }

    @Override
    public void close() {
        host.close();
    }
}

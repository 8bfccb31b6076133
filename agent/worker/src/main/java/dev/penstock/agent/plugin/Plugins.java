package dev.penstock.agent.plugin;

import dev.penstock.agent.protocol.JobAssignment.PluginJar;
import dev.penstock.pluginhost.HostSettings;
import dev.penstock.pluginhost.PluginHost;
import dev.penstock.pluginhost.PluginJarRef;
import dev.penstock.pluginhost.PluginRefusedException;
import dev.penstock.pluginhost.PluginSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives jobs the plugins that they name. Thread-safe. */
public final class Plugins implements AutoCloseable {
    private final Path work;
    private final JarCache jars;
    private final InstantSource clock;
    private @Nullable PluginHost host;

    /** Writes the jar with that hash to a file. */
    @FunctionalInterface
    public interface Source {
        void write(String sha256, Path file) throws IOException;
    }

    /** @param data the agent's folder; jars are kept in {@code plugins}, the host works in {@code plugin-work} */
    public Plugins(Path data, long maxCacheBytes, InstantSource clock) {
        this.work = data.resolve("plugin-work");
        this.jars = new JarCache(data.resolve("plugins"), maxCacheBytes, clock);
        this.clock = clock;
    }

    /**
     * Loads the plugins of a job. Close the answer when the job has ended.
     *
     * @throws PluginRefusedException if one cannot be used; fit for the job's console
     * @throws IOException if one cannot be had
     */
    public PluginSet require(List<PluginJar> named, Source source)
            throws PluginRefusedException, IOException, InterruptedException {
        List<PluginJarRef> refs = named.stream()
                .map(jar -> new PluginJarRef(jar.id(), jar.version(), jar.sha256(), jar.size()))
                .toList();
        try {
            return host().require(refs, ref -> jars.jar(ref, file -> source.write(ref.sha256(), file)));
        } catch (PluginRefusedException e) {
            // A file that was damaged on this disk must not stay in the way.
            for (PluginJarRef ref : refs) {
                jars.forget(ref);
            }
            throw e;
        }
    }

    private synchronized PluginHost host() throws IOException {
        if (host == null) {
            host = PluginHost.openEmpty(HostSettings.standard(work, clock));
        }
        return host;
    }

    @Override
    public synchronized void close() {
        if (host != null) {
            host.close();
        }
    }
}

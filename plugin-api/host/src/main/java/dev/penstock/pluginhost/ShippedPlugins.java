package dev.penstock.pluginhost;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Plugins that are loaded by the hash of their jar, when a job needs them. Thread-safe by two kinds of monitors. */
final class ShippedPlugins {
    /** So many unused plugins stay loaded for the next job: more than one job needs, little memory all the same. */
    private static final int MOST_IDLE = 16;

    private final Starter starter;
    /** By hash, the longest unused first; guarded by itself. */
    private final Map<String, Shipped> all = new LinkedHashMap<>();

    /** A plugin in use; closing it twice is harmless. */
    final class Lease implements AutoCloseable {
        private final Shipped shipped;
        private final RunningPlugin plugin;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Lease(Shipped shipped, RunningPlugin plugin) {
            this.shipped = shipped;
            this.plugin = plugin;
        }

        RunningPlugin plugin() {
            return plugin;
        }

        @Override
        public void close() {
            if (open.getAndSet(false)) {
                release(shipped);
            }
        }
    }

    /** One jar. {@code users} is guarded by {@code all}, {@code plugin} by this object, which is held while it starts. */
    private static final class Shipped {
        private final String sha256;
        private int users;
        private @Nullable RunningPlugin plugin;

        Shipped(String sha256) {
            this.sha256 = sha256;
        }
    }

    ShippedPlugins(Starter starter) {
        this.starter = starter;
    }

    Lease lease(PluginJarRef ref, JarSource source) throws PluginRefusedException, IOException, InterruptedException {
        Shipped shipped;
        synchronized (all) {
            shipped = all.computeIfAbsent(ref.sha256(), Shipped::new);
            shipped.users++;
        }
        boolean good = false;
        try {
            synchronized (shipped) {
                if (shipped.plugin == null) {
                    shipped.plugin = start(ref, source);
                }
                var lease = new Lease(shipped, shipped.plugin);
                good = true;
                return lease;
            }
        } finally {
            if (!good) {
                release(shipped);
            }
        }
    }

    private RunningPlugin start(PluginJarRef ref, JarSource source)
            throws PluginRefusedException, IOException, InterruptedException {
        Starter.Candidate candidate = starter.read(source.jar(ref));
        String found = candidate.copy().sha256();
        if (!found.equals(ref.sha256())) {
            candidate.copy().delete();
            throw new PluginRefusedException(
                    PluginStatus.UNREADABLE,
                    "Plugin " + ref + " is not the jar that the server named: its SHA-256 is " + found);
        }
        return switch (starter.start(List.of(candidate)).getFirst()) {
            case Starter.Outcome.Started(var plugin) -> plugin;
            case Starter.Outcome.Refused(var status, var reason) ->
                throw new PluginRefusedException(status, "Plugin " + ref + " cannot be used. " + reason);
        };
    }

    private void release(Shipped shipped) {
        var leaving = new ArrayList<Shipped>();
        synchronized (all) {
            shipped.users--;
            if (shipped.users == 0) {
                // To the end of the row, as the one used last.
                all.remove(shipped.sha256);
                all.put(shipped.sha256, shipped);
            }
            long idle = all.values().stream().filter(s -> s.users == 0).count();
            for (var each = all.values().iterator(); idle > MOST_IDLE && each.hasNext(); ) {
                Shipped oldest = each.next();
                if (oldest.users == 0) {
                    each.remove();
                    leaving.add(oldest);
                    idle--;
                }
            }
        }
        leaving.forEach(ShippedPlugins::retire);
    }

    private static void retire(Shipped shipped) {
        synchronized (shipped) {
            if (shipped.plugin != null) {
                shipped.plugin.retire();
                shipped.plugin = null;
            }
        }
    }

    void close(Duration atMost) {
        List<Shipped> last;
        synchronized (all) {
            last = List.copyOf(all.values());
            all.clear();
        }
        for (Shipped shipped : last) {
            synchronized (shipped) {
                if (shipped.plugin != null) {
                    shipped.plugin.close(atMost);
                    shipped.plugin = null;
                }
            }
        }
    }
}

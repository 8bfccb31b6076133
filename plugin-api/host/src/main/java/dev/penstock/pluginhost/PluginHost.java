package dev.penstock.pluginhost;

import java.io.IOException;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The plugins of a process. The server opens it on its plugin folders; the agent opens it empty and requires the jars
 * that a job names. Thread-safe: what is running is one immutable snapshot, and {@link #rescan} runs one at a time.
 */
public final class PluginHost implements AutoCloseable {
    /** How long calls may still run when the host is closed. */
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);

    private final InstalledJars installed;
    private final ShippedPlugins shipped;
    private volatile Snapshot snapshot;

    /** What is there at one moment. */
    record Snapshot(List<InstalledPlugin> plugins, TypeRegistry types, Map<String, RunningPlugin> running) {}

    private PluginHost(InstalledJars installed, ShippedPlugins shipped) {
        this.installed = installed;
        this.shipped = shipped;
        this.snapshot = installed.scan();
    }

    /**
     * Opens the host and starts every plugin in the folders; earlier folders win when two jars have one id. Takes at
     * most about the start deadline, however many plugins hang.
     *
     * @throws IOException if the work folder cannot be made; never because of a plugin
     */
    public static PluginHost open(List<PluginFolder> folders, HostSettings settings) throws IOException {
        prepare(settings.work());
        var starter = new Starter(settings);
        return new PluginHost(new InstalledJars(folders, starter, settings.clock()), new ShippedPlugins(starter));
    }

    /** Opens a host without folders, for {@link #require}. */
    public static PluginHost openEmpty(HostSettings settings) throws IOException {
        return open(List.of(), settings);
    }

    /**
     * Gives the plugins of a job, loading those that are not loaded yet. Close the answer when the job has ended.
     *
     * <pre>{@code
     * try (PluginSet plugins = host.require(refs, cache::jar)) {
     *     TaskHandle ant = plugins.taskType("ant").orElseThrow(...);
     *     TaskResult result = ant.run(context, ant.read(task.options()).values());
     * }
     * }</pre>
     *
     * @throws PluginRefusedException if one cannot be used; the message names it and is fit for the job's console
     * @throws IOException if the source has not got a jar
     */
    public PluginSet require(List<PluginJarRef> refs, JarSource source)
            throws PluginRefusedException, IOException, InterruptedException {
        var leases = new ArrayList<ShippedPlugins.Lease>();
        boolean good = false;
        try {
            for (PluginJarRef ref : refs) {
                leases.add(shipped.lease(ref, source));
            }
            good = true;
            return new PluginSet(leases);
        } finally {
            if (!good) {
                leases.forEach(ShippedPlugins.Lease::close);
            }
        }
    }

    /** Every jar of the folders with what became of it: in the order of the folders, then by file name. */
    public List<InstalledPlugin> plugins() {
        return snapshot.plugins();
    }

    public Optional<TaskHandle> taskType(String id) {
        return snapshot.types().task(id);
    }

    public Optional<MaterialHandle> materialType(String id) {
        return snapshot.types().material(id);
    }

    public List<TaskHandle> taskTypes() {
        return snapshot.types().tasks();
    }

    public List<MaterialHandle> materialTypes() {
        return snapshot.types().materials();
    }

    /** The bytes of a running plugin's jar, for agents; empty when no running plugin has that hash. */
    public Optional<Path> jar(String sha256) {
        return snapshot.running().values().stream()
                .filter(plugin -> plugin.ref().sha256().equals(sha256))
                .map(RunningPlugin::jar)
                .findFirst();
    }

    /** How the calls into each running plugin went, by plugin id. */
    public Map<String, List<CallTiming>> timings() {
        var timings = new LinkedHashMap<String, List<CallTiming>>();
        snapshot.running()
                .forEach((id, plugin) -> timings.put(id, plugin.guard().timings()));
        return timings;
    }

    /** The ids of running plugins that are not called for now, because they failed several times in a row. */
    public List<String> interrupted() {
        return snapshot.running().entrySet().stream()
                .filter(entry -> entry.getValue().guard().isOpen())
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Looks at the folders again: starts new jars, replaces changed ones, retires those that are gone. Calls that run
     * end in the plugin in which they began. When the new jar of a running plugin cannot be used, the old one stays and
     * is listed with the reason.
     */
    public synchronized List<InstalledPlugin> rescan() {
        Snapshot before = snapshot;
        snapshot = installed.scan();
        before.running().values().stream()
                .filter(plugin -> !snapshot.running().containsValue(plugin))
                .forEach(RunningPlugin::retire);
        return snapshot.plugins();
    }

    /** Ends all plugins; calls that still run have ten seconds. */
    @Override
    public synchronized void close() {
        Snapshot last = snapshot;
        snapshot = new Snapshot(List.of(), new TypeRegistry(), Map.of());
        last.running().values().forEach(plugin -> plugin.close(CLOSE_DEADLINE));
        shipped.close(CLOSE_DEADLINE);
    }

    /** A private, empty folder; only the notes about starts survive from an earlier process. */
    private static void prepare(Path work) throws IOException {
        // An open jar behind a URL's cache could not be deleted on Windows, and would be found again after a reload.
        URLConnection.setDefaultUseCaches("jar", false);
        Files.createDirectories(work);
        if (work.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwx------"));
        }
        try (Stream<Path> left = Files.list(work)) {
            left.filter(path -> !path.getFileName().toString().equals("starting"))
                    .forEach(JarCopy::deleteTree);
        }
    }
}

package dev.penstock.pluginhost;

import java.util.List;
import java.util.Optional;

/**
 * The plugins of one job on an agent. They stay loaded until it is closed, whatever other jobs bring; two jobs can use
 * two versions of one plugin at the same time. Thread-safe.
 */
public final class PluginSet implements AutoCloseable {
    private final List<ShippedPlugins.Lease> leases;
    private final TypeRegistry types = new TypeRegistry();

    PluginSet(List<ShippedPlugins.Lease> leases) {
        this.leases = List.copyOf(leases);
        leases.forEach(lease -> types.add(lease.plugin()));
    }

    /** The task type of that id among these plugins. */
    public Optional<TaskHandle> taskType(String id) {
        return types.task(id);
    }

    /** The material type of that id among these plugins. */
    public Optional<MaterialHandle> materialType(String id) {
        return types.material(id);
    }

    /** Lets go of the plugins; the host keeps them loaded for the next job as long as there are not too many. */
    @Override
    public void close() {
        leases.forEach(ShippedPlugins.Lease::close);
    }
}

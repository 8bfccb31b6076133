package dev.penstock.core.plugin;

import dev.penstock.core.config.model.TypeCatalog;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.plugin.Secret;
import dev.penstock.plugin.Text;
import dev.penstock.plugin.Violation;
import dev.penstock.plugin.option.Option;
import dev.penstock.pluginhost.MaterialHandle;
import dev.penstock.pluginhost.PluginCallException;
import dev.penstock.pluginhost.PluginHost;
import dev.penstock.pluginhost.TaskHandle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The types of the running plugins, as definitions see them. Thread-safe. */
final class HostCatalog implements TypeCatalog {
    /** Stands for a secret whose value is not known while a definition is checked. */
    private static final Secret HIDDEN = new Secret("********");

    private final PluginHost host;

    HostCatalog(PluginHost host) {
        this.host = host;
    }

    @Override
    public Optional<DescribedType> task(String id) {
        return host.taskType(id).map(HostCatalog::described);
    }

    @Override
    public Optional<DescribedType> material(String id) {
        return host.materialType(id).map(HostCatalog::described);
    }

    @Override
    public SortedSet<String> taskIds() {
        return host.taskTypes().stream().map(TaskHandle::id).collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public SortedSet<String> materialIds() {
        return host.materialTypes().stream().map(MaterialHandle::id).collect(Collectors.toCollection(TreeSet::new));
    }

    private static DescribedType described(TaskHandle task) {
        return new Described(task.label(), task.options(), task::validate);
    }

    private static DescribedType described(MaterialHandle material) {
        return new Described(material.label(), material.options(), material::validate);
    }

    private record Described(Text label, List<Option> options, Function<Map<String, ?>, List<Violation>> check)
            implements DescribedType {
        @Override
        public List<Violation> validate(Map<String, Object> values) {
            Map<String, Object> shown = new LinkedHashMap<>();
            values.forEach((name, value) -> shown.put(name, value instanceof SecretRef ? HIDDEN : value));
            try {
                return check.apply(shown);
            } catch (PluginCallException e) {
                // Whether the values are right is unknown; what is known is who could not say it.
                return List.of(
                        new Violation("", "Plugin \"" + e.pluginId() + "\" could not check it: " + e.getMessage()));
            }
        }
    }
}

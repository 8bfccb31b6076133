package dev.penstock.core.dispatch;

import dev.penstock.pluginhost.MaterialHandle;
import dev.penstock.pluginhost.PluginCallException;
import dev.penstock.pluginhost.PluginHost;
import dev.penstock.pluginhost.PluginJarRef;
import dev.penstock.pluginhost.TaskHandle;
import java.util.Map;
import java.util.Optional;

/** Asks the running plugins of this server. */
final class PluginJobTypes implements JobTypes {
    private final PluginHost host;

    PluginJobTypes(PluginHost host) {
        this.host = host;
    }

    @Override
    public PluginJarRef taskPlugin(String type) throws UnassignableException {
        return host.taskType(type).map(TaskHandle::plugin).orElseThrow(() -> notOffered("Task", type));
    }

    @Override
    public MaterialFacts material(String type, Map<String, Object> options) throws UnassignableException {
        MaterialHandle material = host.materialType(type).orElseThrow(() -> notOffered("Material", type));
        var values = material.read(options).values();
        try {
            return new MaterialFacts(material.plugin(), material.displayName(values), material.variables(values));
        } catch (PluginCallException e) {
            String reason = reason(type, e);
            throw switch (e.why()) {
                case FAILED -> new UnassignableException(reason);
                case TIMED_OUT, BUSY, CIRCUIT_OPEN, GONE -> UnassignableException.untilPluginAnswers(reason);
            };
        }
    }

    @Override
    public boolean isAnyAiling() {
        return host.materialTypes().stream().anyMatch(MaterialHandle::isAiling);
    }

    @Override
    public Optional<String> trouble(String type, Map<String, Object> options) {
        Optional<MaterialHandle> material = host.materialType(type).filter(MaterialHandle::isAiling);
        if (material.isEmpty()) {
            return Optional.empty();
        }
        var values = material.get().read(options).values();
        try {
            material.get().displayName(values);
            material.get().variables(values);
            return Optional.empty();
        } catch (PluginCallException e) {
            return Optional.of(reason(type, e));
        }
    }

    private static String reason(String type, PluginCallException e) {
        return "Plugin \"" + e.pluginId() + "\" said nothing about a material of type \"" + type + "\": "
                + e.getMessage();
    }

    private static UnassignableException notOffered(String noun, String type) {
        return new UnassignableException(
                noun + " type \"" + type + "\" is offered by no running plugin: see the list of"
                        + " plugins for the reason, and run the job again when it is there");
    }
}

package dev.penstock.core.dispatch;

import dev.penstock.pluginhost.MaterialHandle;
import dev.penstock.pluginhost.PluginCallException;
import dev.penstock.pluginhost.PluginHost;
import dev.penstock.pluginhost.PluginJarRef;
import dev.penstock.pluginhost.TaskHandle;
import java.util.Map;

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
            throw new UnassignableException("Plugin \"" + e.pluginId() + "\" said nothing about a material of type \""
                    + type + "\": " + e.getMessage());
        }
    }

    private static UnassignableException notOffered(String noun, String type) {
        return new UnassignableException(
                noun + " type \"" + type + "\" is offered by no running plugin: see the list of"
                        + " plugins for the reason, and run the job again when it is there");
    }
}

package dev.penstock.core.dispatch;

import dev.penstock.pluginhost.PluginJarRef;
import java.util.Map;
import java.util.Optional;

/** What running plugins say about the types that a job uses. Thread-safe. */
interface JobTypes {

    /** The jar that an agent needs to run tasks of a type. */
    PluginJarRef taskPlugin(String type) throws UnassignableException;

    /**
     * A material as a job sees it.
     *
     * @param options as the definition has them, with secrets as {@link dev.penstock.plugin.Secret}
     */
    MaterialFacts material(String type, Map<String, Object> options) throws UnassignableException;

    /** Whether the last call into the plugin of some material failed; asks no plugin. */
    boolean isAnyAiling();

    /**
     * Tries whether the plugin of a material answers, when its last call failed.
     *
     * @param options as for {@link #material}; secrets may be left out
     * @return why it does not
     */
    Optional<String> trouble(String type, Map<String, Object> options);

    /**
     * @param plugin the jar that an agent needs to check it out
     * @param displayName without user and password
     * @param variables such as URL and BRANCH
     */
    record MaterialFacts(PluginJarRef plugin, String displayName, Map<String, String> variables) {}
}

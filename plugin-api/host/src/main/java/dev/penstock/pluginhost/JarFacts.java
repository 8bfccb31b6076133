package dev.penstock.pluginhost;

import java.util.List;

/**
 * What a jar says about itself.
 *
 * @param pluginClass empty when the plugin has no class of its own for start and stop
 * @param extensions the class names of its extension index, in its order
 */
record JarFacts(
        String id,
        String version,
        String requires,
        String provider,
        String description,
        String license,
        String pluginClass,
        List<String> extensions) {}

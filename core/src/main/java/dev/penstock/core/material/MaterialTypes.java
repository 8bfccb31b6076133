package dev.penstock.core.material;

import dev.penstock.pluginhost.MaterialHandle;
import java.util.Optional;

/** Where the material types of plugins are found; the plugin host is one. Thread-safe. */
@FunctionalInterface
public interface MaterialTypes {

    /** The type with this id; empty while no running plugin offers it. Look it up for each use. */
    Optional<MaterialHandle> find(String id);
}

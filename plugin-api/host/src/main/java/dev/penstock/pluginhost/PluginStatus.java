package dev.penstock.pluginhost;

/** What became of a jar. Only {@link #ACTIVE} plugins are called. */
public enum PluginStatus {
    /** Loaded and started. */
    ACTIVE,
    /** Not a jar that can be read: empty, truncated, corrupt, too large, unsafe entry names. */
    UNREADABLE,
    /** A readable jar that is not a plugin of this product: no manifest, no id, no listed extension. */
    INVALID,
    /** A plugin for another version of the plugin API or of Java. */
    INCOMPATIBLE,
    /** Another jar has the same plugin id (without regard to case). */
    DUPLICATE,
    /** It threw while it was started, constructed or asked for its types. */
    FAILED,
    /** It did not come back from its start in time. */
    HANGING,
    /** The process ended more than once while this plugin was being started, so it is not started any more. */
    QUARANTINED
}

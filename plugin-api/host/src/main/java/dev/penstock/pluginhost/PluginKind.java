package dev.penstock.pluginhost;

/** How a plugin's jar came here. */
public enum PluginKind {
    /** It was delivered with Penstock. */
    BUNDLED,
    /** An operator put it into the folder for external plugins. */
    EXTERNAL,
    /** The server named it in a job, and the agent fetched it by its hash. */
    SHIPPED
}

package dev.penstock.pluginhost;

/** A call into a plugin did not give an answer, for a reason that is not one of the plugin API's own exceptions. */
public final class PluginCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String pluginId;
    private final Why why;

    /** Why there is no answer. */
    public enum Why {
        /** The plugin threw something that it must not throw, or returned null. A mistake in the plugin. */
        FAILED,
        /** It did not answer in time; its thread was interrupted. */
        TIMED_OUT,
        /** As many calls as allowed are running in it. Try again later. */
        BUSY,
        /** It failed several times in a row and is left alone for a while. Try again later. */
        CIRCUIT_OPEN,
        /** It was removed or replaced; look its type up again. */
        GONE
    }

    PluginCallException(String pluginId, Why why, String message) {
        super(message);
        this.pluginId = pluginId;
        this.why = why;
    }

    PluginCallException(String pluginId, Why why, String message, Throwable cause) {
        super(message, cause);
        this.pluginId = pluginId;
        this.why = why;
    }

    public String pluginId() {
        return pluginId;
    }

    public Why why() {
        return why;
    }
}

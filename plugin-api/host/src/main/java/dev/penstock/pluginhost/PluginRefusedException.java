package dev.penstock.pluginhost;

/** A jar cannot be used as a plugin. The message says why, in words for the operator. */
public final class PluginRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final PluginStatus status;

    PluginRefusedException(PluginStatus status, String message) {
        super(message);
        this.status = status;
    }

    PluginRefusedException(PluginStatus status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** What the jar is listed as. */
    public PluginStatus status() {
        return status;
    }
}

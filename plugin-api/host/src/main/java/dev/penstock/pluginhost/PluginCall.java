package dev.penstock.pluginhost;

/** A call into a plugin. {@code X} is the plugin API's own exception for it. */
@FunctionalInterface
interface PluginCall<T, X extends Exception> {
    T call() throws X, InterruptedException;
}

/**
 * Loads plugins, for the server and for the agent: jars become task types and material types behind guards.
 *
 * <p>{@link dev.penstock.pluginhost.PluginHost} is the entry. A plugin's object is never handed out: callers hold
 * {@link dev.penstock.pluginhost.TaskHandle} and {@link dev.penstock.pluginhost.MaterialHandle}, which set the context
 * class loader, keep deadlines and limits, and wrap what a plugin throws with the plugin's name. No jar, however broken,
 * stops the host: what is not running is listed with the reason. Class loaders separate names, not powers: a plugin in
 * this process can do what the process can.
 */
@NullMarked
package dev.penstock.pluginhost;

import org.jspecify.annotations.NullMarked;

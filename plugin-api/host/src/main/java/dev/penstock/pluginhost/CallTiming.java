package dev.penstock.pluginhost;

import java.time.Duration;

/**
 * How calls of one kind into one plugin went since the plugin was started.
 *
 * @param call what was called, such as {@code "git.poll"}
 * @param failures those that ended in a {@link PluginCallException}
 */
public record CallTiming(String call, long calls, long failures, Duration total, Duration longest) {}

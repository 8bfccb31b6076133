package dev.penstock.pluginhost;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/**
 * How a host works.
 *
 * @param work a folder of the host's own, in which it keeps copies of the jars; its content may be lost, and no other
 *     process may use it
 * @param apiVersion the version of the plugin API, three numbers; see {@link #API_VERSION}
 * @param startDeadline how long a plugin may take to start and to describe its types
 * @param limits of the calls into one plugin
 */
public record HostSettings(
        Path work, String apiVersion, Duration startDeadline, CallLimits limits, InstantSource clock) {

    /** The version of the plugin API that this host offers. Raised with each change of the API that plugins can see. */
    public static final String API_VERSION = "1.0.0";

    /** What holds when nothing else is set: 30 s to start, {@link CallLimits#STANDARD}. */
    public static HostSettings standard(Path work, InstantSource clock) {
        return new HostSettings(work, API_VERSION, Duration.ofSeconds(30), CallLimits.STANDARD, clock);
    }
}

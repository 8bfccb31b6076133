package dev.penstock.pluginhost;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The exact jar of a plugin, by content. The server puts it into a job, the agent gets and loads just that jar.
 *
 * @param sha256 64 lower-case hex digits of the jar's SHA-256
 * @param size in bytes
 */
public record PluginJarRef(String id, String version, String sha256, long size) {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public PluginJarRef {
        sha256 = sha256.toLowerCase(Locale.ROOT);
        if (!SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("Not a SHA-256: \"" + sha256 + "\"");
        }
    }

    @Override
    public String toString() {
        return id + " " + version + " (sha256 " + sha256.substring(0, 12) + ")";
    }
}

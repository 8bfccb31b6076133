package dev.penstock.pluginhost;

import java.time.Instant;
import java.util.List;

/**
 * A jar as the host sees it, running or not.
 *
 * @param id the plugin's id; the file's name when the jar does not say one
 * @param version empty when unknown
 * @param provider who made it; empty when unknown
 * @param description one line; empty when unknown
 * @param fileName in its folder
 * @param sha256 of the jar that runs, or that was refused; empty when the file could not be read
 * @param size of the file in bytes
 * @param reason why it is not active, or what is wrong with it although it is; empty when all is well
 * @param since when this state was reached
 * @param taskTypes ids of the task types that are used from this plugin
 * @param materialTypes ids of the material types that are used from this plugin
 */
public record InstalledPlugin(
        String id,
        String version,
        String provider,
        String description,
        PluginKind kind,
        String fileName,
        String sha256,
        long size,
        PluginStatus status,
        String reason,
        Instant since,
        List<String> taskTypes,
        List<String> materialTypes) {

    public InstalledPlugin {
        taskTypes = List.copyOf(taskTypes);
        materialTypes = List.copyOf(materialTypes);
    }
}

package dev.penstock.core.plugin;

import dev.penstock.pluginhost.PluginFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Notices that the files of the plugin folders have changed and that the change is over: what is still being copied
 * looks different at each look. Used by one thread.
 */
final class FolderWatch {
    private final List<PluginFolder> folders;
    private Map<Path, Stamp> taken;
    private Map<Path, Stamp> seen;

    private record Stamp(long size, FileTime modified) {}

    FolderWatch(List<PluginFolder> folders) {
        this.folders = List.copyOf(folders);
        this.taken = look();
        this.seen = taken;
    }

    /** Whether the files differ from those at the last true answer, and did not change since the last call. */
    boolean hasSettled() {
        Map<Path, Stamp> before = seen;
        seen = look();
        if (!seen.equals(before) || seen.equals(taken)) {
            return false;
        }
        taken = seen;
        return true;
    }

    private Map<Path, Stamp> look() {
        Map<Path, Stamp> stamps = new HashMap<>();
        for (PluginFolder folder : folders) {
            if (!Files.isDirectory(folder.path())) {
                continue;
            }
            try (Stream<Path> files = Files.list(folder.path())) {
                files.forEach(file -> stamps.put(file, stamp(file)));
            } catch (IOException _) {
                // The host lists and logs a folder that it cannot read.
            }
        }
        return stamps;
    }

    private static Stamp stamp(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.size(), attributes.lastModifiedTime());
        } catch (IOException _) {
            return new Stamp(-1, FileTime.fromMillis(0));
        }
    }
}

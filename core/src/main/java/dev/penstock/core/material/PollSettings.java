package dev.penstock.core.material;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How materials are looked at.
 *
 * @param interval how long to wait between two looks at a material
 * @param perHost how many materials of one host are looked at together, by all servers
 * @param fetchLimitBytes the most that one look may fetch
 * @param localFolders folders of this machine from which materials may be read
 * @param folder where clones and known host keys are kept
 * @param keepEvents how long it is remembered what happened to materials; zero for ever
 */
public record PollSettings(
        Duration interval,
        int perHost,
        long fetchLimitBytes,
        List<Path> localFolders,
        Path folder,
        Duration keepEvents) {
    public PollSettings {
        localFolders = List.copyOf(localFolders);
    }
}

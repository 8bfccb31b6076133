package dev.penstock.core.material;

import dev.penstock.plugin.material.MaterialContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** What a material type has of the server during a call. */
record ServerMaterialContext(Path cacheDirectory, PollSettings settings) implements MaterialContext {
    /** A host that says nothing for so long is taken for dead; the whole call has a deadline of its own. */
    private static final Duration NETWORK_TIMEOUT = Duration.ofSeconds(20);

    @Override
    public Duration networkTimeout() {
        return NETWORK_TIMEOUT;
    }

    @Override
    public long fetchLimitBytes() {
        return settings.fetchLimitBytes();
    }

    /** Links are followed first, so that none leads out of a listed folder. */
    @Override
    public boolean allowsLocalFolder(Path folder) {
        Path real = real(folder);
        return settings.localFolders().stream().map(ServerMaterialContext::real).anyMatch(real::startsWith);
    }

    @Override
    public Path knownHostsFile() {
        return settings.folder().resolve("known_hosts");
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            return path.toAbsolutePath().normalize();
        }
    }
}

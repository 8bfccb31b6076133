package dev.penstock.agent.job;

import dev.penstock.plugin.Console;
import dev.penstock.plugin.material.CheckoutContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What a checkout has of this agent. */
record AgentCheckout(Place place, Path directory, Console console, String cacheName) implements CheckoutContext {

    @Override
    public Path cacheDirectory() {
        try {
            return Files.createDirectories(place.data().resolve("materials").resolve(cacheName));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Duration networkTimeout() {
        return place.materials().networkTimeout();
    }

    @Override
    public long fetchLimitBytes() {
        return place.materials().fetchLimitBytes();
    }

    @Override
    public boolean allowsLocalFolder(Path folder) {
        try {
            Path real = folder.toRealPath();
            for (Path allowed : place.materials().localFolders()) {
                if (Files.isDirectory(allowed) && real.startsWith(allowed.toRealPath())) {
                    return true;
                }
            }
        } catch (IOException _) {
            // A folder that cannot be looked at is not one from which materials are read.
        }
        return false;
    }

    @Override
    public Path knownHostsFile() {
        return place.data().resolve("known_hosts");
    }
}

package dev.penstock.testkit;

import dev.penstock.plugin.Console;
import dev.penstock.plugin.material.CheckoutContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A material's context on this machine, for checks, polls and checkouts. Immutable but for what is in its folders and on
 * its console.
 *
 * @param cacheDirectory exists; kept between calls by whoever makes the contexts
 * @param directory where a checkout goes; exists
 * @param localFolders from which materials may be read
 */
public record LocalMaterial(
        Path cacheDirectory,
        Path directory,
        Path knownHostsFile,
        Duration networkTimeout,
        long fetchLimitBytes,
        List<Path> localFolders,
        RecordingConsole recorded)
        implements CheckoutContext {

    public LocalMaterial {
        localFolders = List.copyOf(localFolders);
    }

    /**
     * A context with its folders below one folder, which allows no local folders: 10 s for the network, 1 GiB at most.
     *
     * @param root exists
     */
    public static LocalMaterial in(Path root) throws IOException {
        return new LocalMaterial(
                Files.createDirectories(root.resolve("cache")),
                Files.createDirectories(root.resolve("work")),
                root.resolve("known_hosts"),
                Duration.ofSeconds(10),
                1L << 30,
                List.of(),
                new RecordingConsole());
    }

    /** The same, with folders from which materials may be read. */
    public LocalMaterial allowing(Path... folders) {
        return new LocalMaterial(
                cacheDirectory, directory, knownHostsFile, networkTimeout, fetchLimitBytes, List.of(folders), recorded);
    }

    /** The same, with another network timeout. */
    public LocalMaterial waiting(Duration timeout) {
        return new LocalMaterial(
                cacheDirectory, directory, knownHostsFile, timeout, fetchLimitBytes, localFolders, recorded);
    }

    /** The same, with another limit for one fetch. */
    public LocalMaterial atMost(long bytes) {
        return new LocalMaterial(
                cacheDirectory, directory, knownHostsFile, networkTimeout, bytes, localFolders, recorded);
    }

    @Override
    public boolean allowsLocalFolder(Path folder) {
        Path asked = folder.toAbsolutePath().normalize();
        return localFolders.stream()
                .anyMatch(allowed -> asked.startsWith(allowed.toAbsolutePath().normalize()));
    }

    @Override
    public Console console() {
        return recorded;
    }
}

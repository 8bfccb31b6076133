package dev.penstock.agent.plugin;

import dev.penstock.pluginhost.PluginJarRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Jars of plugins by the hash of their content, the longest unused of which go when there are too many. */
final class JarCache {
    private static final String SUFFIX = ".jar";

    private final Path folder;
    private final long maxBytes;
    private final InstantSource clock;

    /** Writes the bytes of a jar to a file. */
    @FunctionalInterface
    interface Download {
        void to(Path file) throws IOException;
    }

    JarCache(Path folder, long maxBytes, InstantSource clock) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /** The jar's file; got by {@code download} when it is not there. Its hash is checked by whoever loads it. */
    Path jar(PluginJarRef ref, Download download) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(ref.sha256() + SUFFIX);
        if (!Files.isRegularFile(file) || Files.size(file) != ref.size()) {
            Path part = Files.createTempFile(folder, "download-", ".part");
            try {
                download.to(part);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
            trim(file);
        }
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        return file;
    }

    /** Forgets a jar that proved to be wrong. */
    void forget(PluginJarRef ref) throws IOException {
        Files.deleteIfExists(folder.resolve(ref.sha256() + SUFFIX));
    }

    private void trim(Path kept) throws IOException {
        record Jar(Path file, long size, FileTime used) {}
        List<Jar> jars = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
                jars.add(new Jar(file, Files.size(file), Files.getLastModifiedTime(file)));
            }
        }
        jars.sort(Comparator.comparing(Jar::used));
        long total = jars.stream().mapToLong(Jar::size).sum();
        for (Jar jar : jars) {
            if (total > maxBytes && !jar.file().equals(kept)) {
                Files.deleteIfExists(jar.file());
                total -= jar.size();
            }
        }
    }
}

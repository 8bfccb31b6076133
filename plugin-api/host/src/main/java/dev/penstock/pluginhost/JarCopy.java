package dev.penstock.pluginhost;

import static dev.penstock.pluginhost.PluginStatus.INVALID;
import static dev.penstock.pluginhost.PluginStatus.UNREADABLE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's own copy of a jar, {@code work/<sha256>.<random>/plugin.jar} with its nested jars beside it in {@code lib/}. What an
 * operator dropped is never opened for longer than the copying, so it can be replaced or deleted at any time.
 */
record JarCopy(Path folder, String sha256, long size) {
    private static final Logger log = LoggerFactory.getLogger(JarCopy.class);
    /** Far above any plugin seen: the largest of 95 real ones has 60 MB. */
    private static final long LARGEST_JAR = 256L << 20;
    /** All nested jars together, unpacked. */
    private static final long LARGEST_LIBRARIES = 512L << 20;

    private static final int MOST_LIBRARIES = 500;
    private static final int BUFFER = 64 * 1024;
    private static final Pattern LIBRARY = Pattern.compile("lib/([A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}\\.jar)");

    /** Copies the file and hashes what was copied. */
    static JarCopy take(Path file, Path work) throws IOException, PluginRefusedException {
        Path incoming = Files.createTempFile(work, "incoming-", ".jar");
        try {
            MessageDigest digest = newDigest();
            long size = 0;
            try (InputStream in = Files.newInputStream(file);
                    OutputStream out = Files.newOutputStream(incoming)) {
                var buffer = new byte[BUFFER];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    size += n;
                    if (size > LARGEST_JAR) {
                        throw new PluginRefusedException(
                                UNREADABLE, "The file is larger than " + (LARGEST_JAR >> 20) + " MiB");
                    }
                    digest.update(buffer, 0, n);
                    out.write(buffer, 0, n);
                }
            }
            if (size == 0) {
                throw new PluginRefusedException(UNREADABLE, "The file is empty");
            }
            String hash = HexFormat.of().formatHex(digest.digest());
            var copy = new JarCopy(Files.createTempDirectory(work, hash + "."), hash, size);
            Files.move(incoming, copy.jar(), StandardCopyOption.ATOMIC_MOVE);
            return copy;
        } finally {
            Files.deleteIfExists(incoming);
        }
    }

    /** Removes the copy, as far as the file system lets it; the rest goes at the next start of the host. */
    void delete() {
        deleteTree(folder);
    }

    static void deleteTree(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            log.atDebug().addKeyValue("folder", folder).setCause(e).log("Copy of a plugin not deleted");
        }
    }

    Path jar() {
        return folder.resolve("plugin.jar");
    }

    /** Unpacks the nested jars and lists the class path: the jar itself first. */
    List<Path> classPath() throws IOException, PluginRefusedException {
        Path libraries = Files.createDirectories(folder.resolve("lib"));
        var path = new ArrayList<Path>();
        path.add(jar());
        long left = LARGEST_LIBRARIES;
        try (var jar = new JarFile(jar().toFile(), false)) {
            for (Enumeration<? extends ZipEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                var library = LIBRARY.matcher(entry.getName());
                if (!library.matches()) {
                    continue;
                }
                if (path.size() > MOST_LIBRARIES) {
                    throw new PluginRefusedException(INVALID, "It has more than " + MOST_LIBRARIES + " nested jars");
                }
                Path target = libraries.resolve(library.group(1));
                left -= unpack(jar.getInputStream(entry), target, left);
                path.add(target);
            }
        }
        return List.copyOf(path);
    }

    private static long unpack(InputStream in, Path target, long atMost) throws IOException, PluginRefusedException {
        long written = 0;
        try (in;
                OutputStream out = Files.newOutputStream(target)) {
            var buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                written += n;
                if (written > atMost) {
                    throw new PluginRefusedException(
                            INVALID,
                            "Its nested jars have more than " + (LARGEST_LIBRARIES >> 20) + " MiB when unpacked");
                }
                out.write(buffer, 0, n);
            }
        }
        return written;
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}

package dev.penstock.core.platform.db;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked once from our own dependency into a private folder. At each start what will run is
 * compared with what was unpacked: by size, and after an end that was not in order by checksum. That tells damage, such
 * as that of a power cut, and no intent: who can write to the private folder has the database anyway.
 */
final class PostgresPrograms {
    private static final Logger log = LoggerFactory.getLogger(PostgresPrograms.class);
    private static final String LIST = "CHECKSUMS";
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path folder;

    private PostgresPrograms(Path folder) {
        this.folder = folder;
    }

    /**
     * Unpacks the programs below {@code parent}, unless they are there already and are what was unpacked.
     *
     * @param thorough by their checksums, not only by their sizes
     */
    static PostgresPrograms in(Path parent, boolean thorough) throws IOException {
        Path folder = parent.resolve("programs-" + Platform.here().name() + "-" + archiveKey());
        if (Files.isDirectory(folder)) {
            if (isIntact(folder, thorough)) {
                return new PostgresPrograms(folder);
            }
            log.atWarn().addKeyValue("folder", folder).log("PostgreSQL's programs were changed; unpacking them again");
            PrivateFolder.delete(folder);
        }
        Path fresh = parent.resolve("programs.new");
        PrivateFolder.delete(fresh);
        unpack(Platform.here(), PrivateFolder.create(fresh));
        Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        return new PostgresPrograms(folder);
    }

    Path program(String name) {
        return folder.resolve("bin").resolve(Platform.here().isWindows() ? name + ".exe" : name);
    }

    /** The size of the archive: another release gets another folder. */
    private static String archiveKey() throws IOException {
        var url = PostgresPrograms.class.getResource(Platform.here().resource());
        if (url == null) {
            throw new IOException("There is no embedded PostgreSQL for "
                    + Platform.here().name() + ": set database.url to a PostgreSQL server");
        }
        return Long.toHexString(url.openConnection().getContentLengthLong());
    }

    /** Programs and what they load; the rest are data files, whose damage PostgreSQL reports when it reads them. */
    private static boolean runs(String name) {
        return name.startsWith("bin/") || (name.startsWith("lib/") && !name.endsWith(".a"));
    }

    private static void unpack(Platform platform, Path folder) throws IOException {
        var list = new StringBuilder();
        try (InputStream packed = PostgresPrograms.class.getResourceAsStream(platform.resource())) {
            if (packed == null) {
                throw new IOException("There is no embedded PostgreSQL for " + platform.name());
            }
            var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed, BUFFER_BYTES)));
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = folder.resolve(entry.getName()).normalize();
                if (!target.startsWith(folder)) {
                    throw new IOException("The archive leaves its folder: \"" + entry.getName() + "\"");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(parent(target));
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(parent(target));
                    var in = new CheckedInputStream(tar, new CRC32C());
                    long size = Files.copy(in, target);
                    setMode(target, entry.getMode());
                    String name = name(folder, target);
                    if (runs(name)) {
                        String sum = Long.toHexString(in.getChecksum().getValue());
                        list.append(sum + " " + size + " " + name + "\n");
                    }
                }
            }
        }
        PrivateFolder.write(folder.resolve(LIST), list.toString());
    }

    private static boolean isIntact(Path folder, boolean thorough) throws IOException {
        Path list = folder.resolve(LIST);
        if (!Files.isRegularFile(list)) {
            return false;
        }
        List<String> lines = Files.readAllLines(list);
        for (String line : lines) {
            String[] parts = line.split(" ", 3);
            if (parts.length != 3 || !isIntact(folder.resolve(parts[2]), parts[1], thorough ? parts[0] : "")) {
                return false;
            }
        }
        return !lines.isEmpty();
    }

    /** @param sum empty when it is not compared */
    private static boolean isIntact(Path file, String size, String sum) throws IOException {
        try {
            return Long.toString(Files.size(file)).equals(size)
                    && (sum.isEmpty() || sum(file).equals(sum));
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /** By an algorithm that Java runs at full speed from its first call on. */
    private static String sum(Path file) throws IOException {
        var sum = new CRC32C();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sum.update(buffer, 0, n);
            }
        }
        return Long.toHexString(sum.getValue());
    }

    private static void setMode(Path file, int mode) throws IOException {
        if (Platform.here().isWindows()) {
            return;
        }
        // Executable for the other OS user of Launcher too; nobody else can pass the folder above.
        Set<PosixFilePermission> rights =
                PosixFilePermissions.fromString((mode & 0100) == 0 ? "rw-r--r--" : "rwxr-xr-x");
        Files.setPosixFilePermissions(file, rights);
    }

    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    private static Path parent(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IOException("No folder above \"" + file + "\"");
        }
        return parent;
    }

    /** Operating system and processor, as the binaries' packages name them. */
    private record Platform(String system, String processor) {

        static Platform here() {
            String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
            String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
            String system = os.contains("win") ? "windows" : os.contains("mac") ? "darwin" : "linux";
            return new Platform(system, List.of("aarch64", "arm64").contains(arch) ? "arm_64" : "x86_64");
        }

        String name() {
            return system + "-" + processor;
        }

        String resource() {
            return "/postgres-" + name() + ".txz";
        }

        boolean isWindows() {
            return system.equals("windows");
        }
    }
}

package dev.penstock.core.platform.db;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked once from our own dependency into a private folder, and compared with the list of
 * checksums made while unpacking at each start.
 */
final class PostgresPrograms {
    private static final Logger log = LoggerFactory.getLogger(PostgresPrograms.class);
    private static final String LIST = "CHECKSUMS";
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path folder;

    private PostgresPrograms(Path folder) {
        this.folder = folder;
    }

    /** Unpacks the programs below {@code parent}, unless they are there already and are what was unpacked. */
    static PostgresPrograms in(Path parent) throws IOException {
        Path folder = parent.resolve("programs-" + Platform.here().name() + "-" + archiveKey());
        if (Files.isDirectory(folder)) {
            if (isIntact(folder)) {
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

    private static void unpack(Platform platform, Path folder) throws IOException {
        var sums = new TreeMap<String, String>();
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
                    var in = new DigestInputStream(tar, sha256());
                    Files.copy(in, target);
                    setMode(target, entry.getMode());
                    sums.put(
                            name(folder, target),
                            HexFormat.of().formatHex(in.getMessageDigest().digest()));
                }
            }
        }
        var list = new StringBuilder();
        sums.forEach((name, sum) -> list.append(sum).append("  ").append(name).append('\n'));
        PrivateFolder.write(folder.resolve(LIST), list.toString());
    }

    private static boolean isIntact(Path folder) throws IOException {
        Path list = folder.resolve(LIST);
        if (!Files.isRegularFile(list)) {
            return false;
        }
        var checks = new ArrayList<Callable<Boolean>>();
        for (String line : Files.readAllLines(list)) {
            checks.add(() -> line.equals(sum(folder.resolve(line.substring(66))) + "  " + line.substring(66)));
        }
        int threads = Math.min(4, Runtime.getRuntime().availableProcessors());
        try (var pool = Executors.newFixedThreadPool(threads)) {
            for (var check : pool.invokeAll(checks)) {
                if (!check.get()) {
                    return false;
                }
            }
            return !checks.isEmpty();
        } catch (ExecutionException e) {
            log.atWarn().setCause(e.getCause()).log("PostgreSQL's programs could not be checked");
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while PostgreSQL's programs were checked", e);
        }
    }

    private static String sum(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
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

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
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

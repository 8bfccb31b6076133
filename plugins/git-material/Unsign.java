import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Takes the signatures out of the libraries that the plugin's jar brings. Java verifies a signed jar anew in every
 * process, against a certificate that lies in the jar itself and that nobody has been asked about: it costs the server a
 * quarter of a second of processor time at each start, and proves nothing. What is in the plugin's jar is known by the
 * hash of the whole.
 *
 * <p>java Unsign.java FOLDER
 */
final class Unsign {
    private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
    /** The first moment that a zip entry can have, in no time zone, so that equal input gives equal bytes. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    public static void main(String[] args) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(args[0]))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".jar")).sorted().toList()) {
                unsign(file);
            }
        }
    }

    private static void unsign(Path file) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (var jar = new JarFile(file.toFile(), false)) {
            List<ZipEntry> entries = jar.stream()
                    .map(entry -> (ZipEntry) entry)
                    .sorted(Comparator.comparing(ZipEntry::getName))
                    .toList();
            if (entries.stream().noneMatch(entry -> SIGNATURE.matcher(entry.getName()).matches())) {
                return;
            }
            try (var out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
                out.setLevel(9);
                put(out, JarFile.MANIFEST_NAME, zip -> manifest(jar).write(zip));
                for (ZipEntry entry : entries) {
                    boolean kept = !entry.isDirectory()
                            && !entry.getName().equals(JarFile.MANIFEST_NAME)
                            && !SIGNATURE.matcher(entry.getName()).matches();
                    if (kept) {
                        put(out, entry.getName(), zip -> copy(jar, entry, zip));
                    }
                }
            }
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Without the digest of each entry. */
    private static Manifest manifest(JarFile jar) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().putAll(jar.getManifest().getMainAttributes());
        return manifest;
    }

    private static void copy(JarFile jar, ZipEntry entry, ZipOutputStream out) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            in.transferTo(out);
        }
    }

    private interface Content {
        void writeTo(ZipOutputStream out) throws IOException;
    }

    private static void put(ZipOutputStream out, String name, Content content) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTimeLocal(TIME);
        out.putNextEntry(entry);
        content.writeTo(out);
        out.closeEntry();
    }
}

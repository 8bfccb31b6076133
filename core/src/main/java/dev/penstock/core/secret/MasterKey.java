package dev.penstock.core.secret;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/** The key under which all secrets of an installation are encrypted. It lies in a file of its own, never in the database. */
public final class MasterKey {
    /** AES-256. */
    static final int BYTES = 32;

    private static final String PREFIX = "penstock-master-key-1:";
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final byte[] bytes;
    private final String id;

    MasterKey(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("A master key has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
        this.id = fingerprint(bytes);
    }

    /**
     * Reads the key, or makes one when there is no file yet. Two servers that start at once on one folder agree on the
     * key of the first.
     *
     * @throws IOException if the file cannot be read or made, is damaged, belongs to somebody else, or can be read by
     *     others; the message says what to do
     */
    public static MasterKey open(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            create(file);
        }
        check(file);
        return parse(file, Files.readString(file, StandardCharsets.US_ASCII).strip());
    }

    /** Tells keys apart and says nothing about their bytes. */
    public String id() {
        return id;
    }

    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return "MasterKey " + id;
    }

    private static MasterKey parse(Path file, String text) throws IOException {
        if (text.startsWith(PREFIX)) {
            try {
                return new MasterKey(Base64.getDecoder().decode(text.substring(PREFIX.length())));
            } catch (IllegalArgumentException _) {
                // Falls through: damaged.
            }
        }
        throw new IOException("The master key file " + file
                + " is damaged. Put back its copy from your backup; without it no stored secret can be read.");
    }

    /** Writes the whole key to a file beside it first: whoever sees the name sees all of it. */
    private static void create(Path file) throws IOException {
        Path folder = file.toAbsolutePath().resolveSibling(".").normalize();
        Path draft = isPosix(folder)
                ? Files.createTempFile(folder, ".master", ".key", PosixFilePermissions.asFileAttribute(OWNER_ONLY))
                : Files.createTempFile(folder, ".master", ".key");
        try {
            byte[] fresh = new byte[BYTES];
            new SecureRandom().nextBytes(fresh);
            try (var channel = Files.newByteChannel(draft, Set.of(StandardOpenOption.WRITE))) {
                String line = PREFIX + Base64.getEncoder().encodeToString(fresh) + "\n";
                channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
                if (channel instanceof FileChannel open) {
                    open.force(true);
                }
            }
            publish(draft, file);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static void publish(Path draft, Path file) throws IOException {
        try {
            Files.createLink(file, draft); // unlike a move, never replaces what another server has just made
        } catch (FileAlreadyExistsException _) {
            return;
        } catch (UnsupportedOperationException _) {
            Files.move(draft, file);
        }
    }

    private static void check(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("The master key " + file + " must be a plain file");
        }
        if (!isPosix(file)) {
            return;
        }
        Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        others.removeAll(OWNER_ONLY);
        if (!others.isEmpty()) {
            throw new IOException("The master key file " + file + " has permissions "
                    + PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                    + "; only its owner may read it. Run: chmod 600 " + file);
        }
        Path probe = Files.createTempFile("penstock", ".owner");
        try {
            if (!Files.getOwner(file).equals(Files.getOwner(probe))) {
                throw new IOException("The master key file " + file + " belongs to "
                        + Files.getOwner(file).getName() + ", but the server runs as "
                        + Files.getOwner(probe).getName() + ". Give it to that user with chown.");
            }
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static String fingerprint(byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("penstock key id".getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest(bytes), 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}

package dev.penstock.core.artifact;

import dev.penstock.core.platform.disk.DurableFiles;
import dev.penstock.core.platform.ids.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Blobs in a folder: {@code <two digits>/<sha256>}, and {@code incoming/} for those that are on their way. A blob's file is
 * never changed. Paths are made of checked hashes and random names only. Thread-safe, also towards other servers
 * that use the same folder.
 */
final class BlobFolder implements BlobBytes {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final int BUFFER = 128 * 1024;

    /** Longer than any upload takes: what was not written to for so long was left by a server that was killed. */
    private static final Duration LEFT_BEHIND = Duration.ofHours(24);

    private final Path root;
    private final Path incoming;

    /** @param root made when it is missing */
    BlobFolder(Path root) throws IOException {
        this.root = root;
        this.incoming = Files.createDirectories(root.resolve("incoming"));
    }

    static boolean isHash(String text) {
        return HASH.matcher(text).matches();
    }

    @Override
    public Received receive(InputStream in, Progress progress) throws IOException {
        Path file = incoming.resolve(Tokens.uuid().toString());
        MessageDigest digest = Digests.sha256();
        long length = 0;
        boolean done = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                length += count;
                progress.received(length);
                digest.update(buffer, 0, count);
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            channel.force(false);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
        return new Received(file.getFileName().toString(), HexFormat.of().formatHex(digest.digest()), length);
    }

    @Override
    public void keep(Received received) throws IOException {
        Path place = file(received.sha256());
        Files.createDirectories(place.getParent());
        DurableFiles.publish(incoming.resolve(received.name()), place);
    }

    @Override
    public void discard(Received received) throws IOException {
        Files.deleteIfExists(incoming.resolve(received.name()));
    }

    @Override
    public OptionalLong size(String sha256) throws IOException {
        try {
            return OptionalLong.of(Files.size(file(sha256)));
        } catch (NoSuchFileException _) {
            return OptionalLong.empty();
        }
    }

    @Override
    public Optional<FileChannel> open(String sha256) throws IOException {
        try {
            return Optional.of(FileChannel.open(file(sha256), StandardOpenOption.READ));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    @Override
    public void delete(String sha256) throws IOException {
        Files.deleteIfExists(file(sha256));
    }

    @Override
    public void sweepIncoming(Instant now) throws IOException {
        try (var files = Files.newDirectoryStream(incoming)) {
            for (Path file : files) {
                try {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(LEFT_BEHIND))) {
                        Files.deleteIfExists(file);
                    }
                } catch (NoSuchFileException _) {
                    // It has arrived.
                }
            }
        }
    }

    @Override
    public void forEach(Instant before, Consumer<Found> found) throws IOException {
        try (var folders = Files.newDirectoryStream(root, "[0-9a-f][0-9a-f]")) {
            for (Path folder : folders) {
                try (var files = Files.newDirectoryStream(folder)) {
                    for (Path file : files) {
                        String name = file.getFileName().toString();
                        if (isHash(name)
                                && Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                            found.accept(new Found(name, Files.size(file)));
                        }
                    }
                }
            }
        }
    }

    private Path file(String sha256) {
        if (!isHash(sha256)) {
            throw new IllegalArgumentException("Not a SHA-256 in hex");
        }
        return root.resolve(sha256.substring(0, 2)).resolve(sha256);
    }
}

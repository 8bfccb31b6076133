package dev.penstock.core.console;

import dev.penstock.core.platform.disk.DurableFiles;
import dev.penstock.core.platform.ids.Tokens;
import java.io.IOException;
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
import java.util.concurrent.locks.ReentrantLock;

/**
 * Consoles in a folder: {@code <job / 1000>/<job>-<attempt>.log} while it grows, {@code .zst} once it is packed. Paths are
 * made of numbers only. Thread-safe: appends to one console follow each other; readers need no lock, because bytes
 * once written stay, and a file that is replaced by its packed form says the same.
 */
final class ConsoleFolder implements ConsoleBytes {
    /** Enough that two busy consoles rarely meet. */
    private static final int LOCKS = 256;

    /** A folder of so many files is quick everywhere, and quick to list. */
    private static final long JOBS_PER_FOLDER = 1_000;

    /** Below this a packed file saves no block of the disk worth the trouble: it stays as it is. */
    private static final int PACKED_FROM = 64 * 1024;

    private static final Packed NO_BYTES =
            new Packed(0, HexFormat.of().formatHex(PackedFile.sha256().digest()));

    private static final String PACKING = ".packing";

    /** Far longer than packing takes: what is older was left by a server that was killed. */
    private static final Duration LEFT_BEHIND = Duration.ofHours(1);

    private final Path root;
    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

    /** @param root made when it is missing; only its owner can reach it, through the data folder above it */
    ConsoleFolder(Path root, Instant now) throws IOException {
        this.root = Files.createDirectories(root);
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock();
        }
        try (var left = Files.newDirectoryStream(root, "*" + PACKING)) {
            for (Path file : left) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(LEFT_BEHIND))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    @Override
    public long append(ConsoleId id, long offset, ByteBuffer bytes, long limit) throws IOException {
        ReentrantLock lock = lock(id);
        try {
            if (Files.exists(packed(id))) {
                return length(id);
            }
            // Only a first chunk makes the file: one that comes late finds nothing, and leaves nothing behind.
            try (FileChannel channel =
                    offset == 0 ? create(raw(id)) : FileChannel.open(raw(id), StandardOpenOption.WRITE)) {
                long length = channel.size();
                long known = length - offset;
                if (known < 0 || known >= bytes.remaining() || length >= limit) {
                    return length;
                }
                ByteBuffer fresh = bytes.duplicate().position(bytes.position() + (int) known);
                if (fresh.remaining() > limit - length) {
                    fresh.limit(fresh.position() + (int) (limit - length));
                }
                return write(channel, length, fresh);
            } catch (NoSuchFileException _) {
                return 0;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void overwrite(ConsoleId id, long offset, ByteBuffer bytes) throws IOException {
        ReentrantLock lock = lock(id);
        try (FileChannel channel = FileChannel.open(raw(id), StandardOpenOption.WRITE)) {
            if (offset + bytes.remaining() > channel.size()) {
                throw new IllegalArgumentException("Nothing is there to write over in " + id);
            }
            write(channel, offset, bytes.duplicate());
        } finally {
            lock.unlock();
        }
    }

    private static FileChannel create(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (NoSuchFileException _) {
            Files.createDirectories(file.getParent());
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }
    }

    private static long write(FileChannel channel, long offset, ByteBuffer bytes) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
        return at;
    }

    @Override
    public long length(ConsoleId id) throws IOException {
        // The usual case first: a stat costs a tenth of an exception, and this is asked when any job ends.
        if (!Files.exists(packed(id))) {
            try {
                return Files.size(raw(id));
            } catch (NoSuchFileException _) {
                // No bytes, or packed just now.
            }
        }
        try (Opened opened = open(id)) {
            return opened.length();
        }
    }

    @Override
    public Flushed flush(ConsoleId id) throws IOException {
        Flushed flushed;
        try (FileChannel channel = FileChannel.open(raw(id), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            // Hashed before: the pages are in memory, and whoever reads the row later reads no file.
            long length = channel.size();
            flushed = length < PACKED_FROM ? flushed(hashed(channel, length)) : new Flushed(length, null);
            channel.force(false);
        } catch (NoSuchFileException _) {
            // No bytes, or packed and on disk.
            long length = length(id);
            return new Flushed(length, length == 0 ? NO_BYTES.sha256() : null);
        }
        DurableFiles.flushName(raw(id));
        return flushed;
    }

    @Override
    public long flushAhead(ConsoleId id) throws IOException {
        // Not the name: that would make the disk's journal wait for whatever else is being written.
        try (FileChannel channel = FileChannel.open(raw(id), StandardOpenOption.WRITE)) {
            long length = channel.size();
            channel.force(false);
            return length;
        } catch (NoSuchFileException _) {
            return length(id);
        }
    }

    @Override
    public void cut(ConsoleId id, long length) throws IOException {
        ReentrantLock lock = lock(id);
        try (FileChannel channel = FileChannel.open(raw(id), StandardOpenOption.WRITE)) {
            channel.truncate(length);
        } catch (NoSuchFileException _) {
            // No bytes, or packed.
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void delete(ConsoleId id) throws IOException {
        ReentrantLock lock = lock(id);
        try {
            Files.deleteIfExists(raw(id));
            Files.deleteIfExists(packed(id));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Opened open(ConsoleId id) throws IOException {
        // Between the two looks the console may be packed, and its raw file gone: then the third look finds it.
        for (int look = 0; look < 2; look++) {
            try {
                return PackedFile.open(packed(id));
            } catch (NoSuchFileException _) {
                // Not packed.
            }
            try {
                return new Raw(FileChannel.open(raw(id), StandardOpenOption.READ));
            } catch (NoSuchFileException _) {
                // No bytes yet, or packed just now.
            }
        }
        return new Nothing();
    }

    @Override
    public Packed pack(ConsoleId id) throws IOException {
        try (FileChannel from = FileChannel.open(raw(id), StandardOpenOption.READ)) {
            if (from.size() < PACKED_FROM) {
                return hashed(from, from.size());
            }
            Path fresh = root.resolve(Tokens.uuid() + PACKING);
            try {
                return pack(id, from, fresh);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (NoSuchFileException _) {
            try (PackedFile file = PackedFile.open(packed(id))) {
                return file.facts();
            } catch (NoSuchFileException _) {
                return NO_BYTES;
            }
        }
    }

    private Packed pack(ConsoleId id, FileChannel from, Path fresh) throws IOException {
        Packed result;
        try (FileChannel into = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            result = PackedFile.write(from, into);
            into.force(false);
        }
        ReentrantLock lock = lock(id);
        try {
            if (from.size() != result.length()) {
                throw new IOException("Bytes were added while it was packed to " + id);
            }
            if (!Files.exists(raw(id))) {
                return result; // deleted meanwhile
            }
            DurableFiles.publish(fresh, packed(id));
            Files.deleteIfExists(raw(id));
        } finally {
            lock.unlock();
        }
        return result;
    }

    private static Packed hashed(FileChannel from, long length) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(Math.toIntExact(length));
        while (text.hasRemaining() && from.read(text, text.position()) >= 0) {
            // Until all of it is there.
        }
        MessageDigest digest = PackedFile.sha256();
        digest.update(text.flip());
        return new Packed(text.limit(), HexFormat.of().formatHex(digest.digest()));
    }

    private static Flushed flushed(Packed hashed) {
        return new Flushed(hashed.length(), hashed.sha256());
    }

    private ReentrantLock lock(ConsoleId id) {
        ReentrantLock lock = locks[Math.floorMod(id.hashCode(), LOCKS)];
        lock.lock();
        return lock;
    }

    private Path raw(ConsoleId id) {
        return file(id, ".log");
    }

    private Path packed(ConsoleId id) {
        return file(id, ".zst");
    }

    private Path file(ConsoleId id, String ending) {
        long job = id.job().value();
        return root.resolve(Long.toString(job / JOBS_PER_FOLDER)).resolve(job + "-" + id.attempt() + ending);
    }

    private record Raw(FileChannel channel) implements Opened {
        @Override
        public long length() throws IOException {
            return channel.size();
        }

        @Override
        public int read(long offset, ByteBuffer into) throws IOException {
            return into.hasRemaining() ? Math.max(0, channel.read(into, offset)) : 0;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private record Nothing() implements Opened {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public int read(long offset, ByteBuffer into) {
            return 0;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}

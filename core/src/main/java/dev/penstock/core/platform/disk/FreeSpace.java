package dev.penstock.core.platform.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/** How much room a folder's disk has. Asked often and looked at once a second. Thread-safe. */
public final class FreeSpace {
    /** At full speed a disk fills by some gigabytes in this time; the limits that are compared with it are larger. */
    private static final Duration REMEMBERED = Duration.ofSeconds(1);

    private final LongSupplier disk;
    private volatile Seen seen = new Seen(Long.MAX_VALUE, 0, false);

    public FreeSpace(Path folder) {
        this(() -> usable(folder));
    }

    /** @param disk says how many bytes are free */
    public FreeSpace(LongSupplier disk) {
        this.disk = disk;
    }

    private record Seen(long bytes, long atNanos, boolean ever) {}

    /** Bytes that this process may still write; as many as there can be when the system does not say. */
    public long bytes() {
        Seen last = seen;
        long now = System.nanoTime();
        if (last.ever() && now - last.atNanos() < REMEMBERED.toNanos()) {
            return last.bytes();
        }
        long bytes = look();
        seen = new Seen(bytes, now, true);
        return bytes;
    }

    /** As {@link #bytes()}, looked at now. */
    public long look() {
        return disk.getAsLong();
    }

    private static long usable(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException _) {
            return Long.MAX_VALUE;
        }
    }
}

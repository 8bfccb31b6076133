package dev.penstock.core.platform.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;

/** What Java's files lack for data that must not be lost. */
public final class DurableFiles {
    private DurableFiles() {}

    /** Puts the name of a file on disk; its bytes are another matter. Does nothing on Windows, which has no way. */
    public static void flushName(Path file) throws IOException {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Moves a finished file, whose bytes are on disk, to its place: whoever looks there sees all of it or none. */
    public static void publish(Path finished, Path place) throws IOException {
        Files.move(finished, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        flushName(place);
    }

    /** Whether a write failed because there is no room. The words are those of Linux, macOS and Windows. */
    public static boolean isFull(IOException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left")
                || message.contains("quota exceeded")
                || message.contains("not enough space on the disk");
    }
}

package dev.penstock.agent;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folders of an agent, made ready: the data readable by its owner only, and locked against a second agent. */
final class Folders implements AutoCloseable {
    private final Path data;
    private final Path workspaces;
    private final RandomAccessFile lockFile;

    private Folders(Path data, Path workspaces, RandomAccessFile lockFile) {
        this.data = data;
        this.workspaces = workspaces;
        this.lockFile = lockFile;
    }

    static Folders open(Path data, Path workspaces) throws IOException {
        Files.createDirectories(data);
        if (data.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        }
        var lockFile = new RandomAccessFile(data.resolve("lock").toFile(), "rw");
        if (lock(lockFile) == null) {
            lockFile.close();
            throw new IOException("Another agent runs with the data directory \"" + data
                    + "\"; give each agent its own, or stop the other one");
        }
        Files.createDirectories(workspaces);
        Files.createDirectories(data.resolve("jobs"));
        deleteTree(data.resolve("tmp"));
        return new Folders(data.toRealPath(), workspaces.toRealPath(), lockFile);
    }

    private static @Nullable FileLock lock(RandomAccessFile file) throws IOException {
        try {
            return file.getChannel().tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // held by another agent in this process
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    Path data() {
        return data;
    }

    Path workspaces() {
        return workspaces;
    }

    Path jobs() {
        return data.resolve("jobs");
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}

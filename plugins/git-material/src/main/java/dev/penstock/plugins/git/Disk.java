package dev.penstock.plugins.git;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Files and folders, without ever following a symbolic link. */
final class Disk {
    private Disk() {}

    /** Whether it is a folder itself, and not a link to one. */
    static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether anything has that name, be it a link to nowhere. */
    static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Deletes a file, a link, or a folder with all that is in it; a folder without write permission too. */
    static void delete(Path path) throws IOException, InterruptedException {
        if (!exists(path)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (!Files.isWritable(folder)) {
                    // Caches of some tools are read-only, to protect them from their own users.
                    folder.toFile().setWritable(true, true);
                    folder.toFile().setExecutable(true, true);
                }
                return stopped() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                deleteOne(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                if (isFolder(file)
                        && e instanceof AccessDeniedException
                        && file.toFile().setReadable(true, true)) {
                    try {
                        delete(file);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                deleteOne(folder);
                return FileVisitResult.CONTINUE;
            }
        });
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private static boolean stopped() {
        return Thread.currentThread().isInterrupted();
    }

    private static void deleteOne(Path path) throws IOException {
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException e) {
            // Something was written while we deleted; who did that is not ours to fight.
            throw e;
        } catch (AccessDeniedException e) {
            // Windows does not delete what is marked read-only.
            if (!path.toFile().setWritable(true, true)) {
                throw e;
            }
            Files.deleteIfExists(path);
        }
    }

    /** Deletes the files of one folder whose names match, such as {@code *.lock}. */
    static void deleteMatching(Path folder, String glob) throws IOException {
        if (isFolder(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
                for (Path file : files) {
                    if (!isFolder(file)) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        }
    }
}

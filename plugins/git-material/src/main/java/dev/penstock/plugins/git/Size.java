package dev.penstock.plugins.git;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How large the work on a repository may be. Agents have a heap of 64 MB and end when it is full, and JGit keeps lists of
 * all objects in memory; so what is large is done in {@link OwnProcess a process of its own}.
 *
 * @param objects that one fetch may bring; each takes some 100 bytes
 * @param bytes that one fetch may bring
 * @param objectBytes of one object that a fetch brings; of those that are stored as differences, two are in memory whole
 * @param listBytes of the lists of objects and of files that are on disk, which are read into memory whole
 */
record Size(long objects, long bytes, long objectBytes, long listBytes) {

    /** What may be done inside of any server or agent. */
    static final Size SMALL = new Size(50_000, 16 << 20, 2 << 20, 4 << 20);

    /** No limit. */
    static final Size ANY = new Size(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    /** Work turned out to be larger than it may be here. */
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exceeded(String what) {
            super(what, null, false, false);
        }
    }

    /** Looks at the lists of a repository, without reading them. */
    void check(Path git) throws IOException {
        long lists = Files.isRegularFile(git.resolve("index")) ? Files.size(git.resolve("index")) : 0;
        Path packs = git.resolve("objects").resolve("pack");
        if (Disk.isFolder(packs)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(packs, "*.idx")) {
                for (Path file : files) {
                    lists += Files.size(file);
                }
            }
        }
        if (lists > listBytes) {
            throw new Exceeded("the lists of its objects and files have " + lists + " bytes");
        }
    }
}

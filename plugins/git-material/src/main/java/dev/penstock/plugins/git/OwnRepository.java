package dev.penstock.plugins.git;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.BaseRepositoryBuilder;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PackParser;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Repositories that this plugin made. Each time one is opened its settings are written anew, so that nothing a job put
 * there, such as a filter, a hook folder or another place for the objects, ever has an effect here.
 */
final class OwnRepository {
    private static final long LARGEST_CONFIG = 1L << 20;

    private OwnRepository() {}

    /** A mirror; made when it is not there. */
    static Repository bare(Path folder, GitUrl origin, Size size) throws IOException {
        boolean there = Disk.isFolder(folder) && Files.exists(folder.resolve("objects"));
        if (!there) {
            Files.createDirectories(folder);
        }
        var builder = new FileRepositoryBuilder()
                .setFS(FS.DETECTED)
                .setGitDir(folder.toFile())
                .setBare();
        if (!there) {
            try (Repository made = builder.build()) {
                made.create(true);
            }
        }
        clearCrashes(folder);
        write(folder, config(origin, null, true));
        size.check(folder);
        return new Limited(
                new FileRepositoryBuilder()
                        .setFS(FS.DETECTED)
                        .setGitDir(folder.toFile())
                        .setBare()
                        .setMustExist(true)
                        .setup(),
                size);
    }

    /** A clone with its files in {@code folder}; made when it is not there. */
    static Repository withFiles(Path folder, GitUrl origin, @Nullable Branch branch, Size size)
            throws IOException, InterruptedException {
        Path git = folder.resolve(Constants.DOT_GIT);
        if (Disk.exists(git) && !Disk.isFolder(git)) {
            // A file or a link that leads to a repository elsewhere is none of ours.
            Disk.delete(git);
        }
        if (!Disk.isFolder(git)) {
            try (Repository made = new FileRepositoryBuilder()
                    .setFS(FS.DETECTED)
                    .setGitDir(git.toFile())
                    .setWorkTree(folder.toFile())
                    .build()) {
                made.create(false);
            }
        }
        clearCrashes(git);
        for (String elsewhere : new String[] {"commondir", "gitdir", "config.worktree", "objects/info/alternates"}) {
            Files.deleteIfExists(git.resolve(elsewhere));
        }
        Disk.delete(git.resolve("info").resolve("attributes"));
        write(git, config(origin, branch, false));
        size.check(git);
        return new Limited(
                new FileRepositoryBuilder()
                        .setFS(FS.DETECTED)
                        .setGitDir(git.toFile())
                        .setWorkTree(folder.toFile())
                        .setMustExist(true)
                        .setup(),
                size);
    }

    /** Takes no object that is larger than the size allows. */
    private static final class Limited extends FileRepository {
        private final Size size;

        Limited(BaseRepositoryBuilder<?, ?> options, Size size) throws IOException {
            super(options);
            this.size = size;
        }

        @Override
        public ObjectInserter newObjectInserter() {
            ObjectInserter inserter = super.newObjectInserter();
            if (size.equals(Size.ANY)) {
                return inserter;
            }
            return new ObjectInserter.Filter() {
                @Override
                protected ObjectInserter delegate() {
                    return inserter;
                }

                @Override
                public PackParser newPackParser(InputStream in) throws IOException {
                    PackParser parser = inserter.newPackParser(in);
                    parser.setMaxObjectSizeLimit(size.objectBytes());
                    return parser;
                }
            };
        }
    }

    /** Where a clone came from, as far as its settings say; empty when there is none or it cannot be told. */
    static Optional<String> origin(Path folder) {
        Path file = folder.resolve(Constants.DOT_GIT).resolve(Constants.CONFIG);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_CONFIG) {
                return Optional.empty();
            }
            var config = new Config();
            config.fromText(Files.readString(file, StandardCharsets.UTF_8));
            return Optional.ofNullable(config.getString("remote", Constants.DEFAULT_REMOTE_NAME, "url"));
        } catch (IOException | ConfigInvalidException | RuntimeException _) {
            return Optional.empty();
        }
    }

    /** How many packs of objects there are. */
    static int packs(Path git) throws IOException {
        int packs = 0;
        Path folder = git.resolve("objects").resolve("pack");
        if (Disk.isFolder(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.pack")) {
                for (Path _ : files) {
                    packs++;
                }
            }
        }
        return packs;
    }

    /** How many bytes they have together. */
    static long bytesOfPacks(Path git) throws IOException {
        long bytes = 0;
        Path folder = git.resolve("objects").resolve("pack");
        if (Disk.isFolder(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.pack")) {
                for (Path file : files) {
                    bytes += Files.size(file);
                }
            }
        }
        return bytes;
    }

    private static Config config(GitUrl origin, @Nullable Branch branch, boolean bare) {
        var config = new Config();
        config.setInt("core", null, "repositoryformatversion", 0);
        config.setBoolean("core", null, "bare", bare);
        config.setBoolean("core", null, "filemode", FS.DETECTED.supportsExecute());
        config.setBoolean("core", null, "symlinks", FS.DETECTED.supportsSymlinks());
        config.setBoolean("core", null, "logallrefupdates", false);
        if (SystemReader.getInstance().isMacOS() || SystemReader.getInstance().isWindows()) {
            config.setBoolean("core", null, "ignorecase", true);
        }
        if (SystemReader.getInstance().isMacOS()) {
            config.setBoolean("core", null, "precomposeunicode", true);
        }
        // Both: with one of them JGit would still collect garbage after fetches, on a thread of its own.
        config.setInt("gc", null, "auto", 0);
        config.setInt("gc", null, "autopacklimit", 0);
        config.setString("http", null, "followRedirects", "false");
        config.setString("remote", Constants.DEFAULT_REMOTE_NAME, "url", origin.shown());
        if (branch != null) {
            config.setString(
                    "remote",
                    Constants.DEFAULT_REMOTE_NAME,
                    "fetch",
                    "+" + branch.remote() + ":" + Constants.R_REMOTES + "origin/" + branch.local());
            config.setString("branch", branch.local(), "remote", Constants.DEFAULT_REMOTE_NAME);
            config.setString("branch", branch.local(), "merge", branch.remote());
        }
        return config;
    }

    private static void write(Path git, Config config) throws IOException {
        Path file = git.resolve(Constants.CONFIG);
        String text = config.toText();
        if (Files.isRegularFile(file)
                && !Files.isSymbolicLink(file)
                && Files.size(file) <= LARGEST_CONFIG
                && new String(Files.readAllBytes(file), StandardCharsets.UTF_8).equals(text)) {
            return;
        }
        Path temporary = Files.createTempFile(git, "config", ".new");
        Files.writeString(temporary, text);
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A process that was killed leaves locks, at which every later one would fail, and half of a pack. */
    private static void clearCrashes(Path git) throws IOException {
        Disk.deleteMatching(git, "*.lock");
        Disk.deleteMatching(git, "config*.new");
        Disk.deleteMatching(git.resolve("objects"), "incoming_*");
        Path refs = git.resolve("refs");
        if (Disk.isFolder(refs)) {
            Files.walkFileTree(refs, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (file.getFileName().toString().endsWith(".lock")) {
                        Files.deleteIfExists(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        }
    }
}

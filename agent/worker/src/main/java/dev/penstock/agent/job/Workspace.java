package dev.penstock.agent.job;

import dev.penstock.agent.protocol.JobReport.Reason;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The working directory of a pipeline on this agent. Nothing that a job names leads out of it. Immutable. */
public final class Workspace {
    /** The name of a single folder; those that the server makes of a pipeline's name fit. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}");

    private final Path folder;

    private Workspace(Path folder) {
        this.folder = folder;
    }

    /** Makes the directory when it is missing, and empties it when that is asked for. */
    static Workspace open(Path workspaces, String name, boolean clean) throws Failure {
        if (!NAME.matcher(name).matches()) {
            throw new Failure(Reason.AGENT_ERROR, "\"" + name + "\" cannot be the name of a working directory");
        }
        try {
            // Asked first: making what is there costs an exception.
            if (!Files.isDirectory(workspaces)) {
                Files.createDirectories(workspaces);
            }
            Path folder = workspaces.toRealPath().resolve(name);
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                if (Files.isSymbolicLink(folder)) {
                    throw new Failure(
                            Reason.AGENT_ERROR,
                            "The working directory \"" + folder
                                    + "\" is a symbolic link; replace it by a folder, or move all of them with"
                                    + " work.directory");
                }
                Files.createDirectories(folder);
            }
            if (clean) {
                empty(folder);
            }
            return new Workspace(folder);
        } catch (IOException e) {
            throw new Failure(Reason.AGENT_ERROR, "The working directory \"" + name + "\" cannot be used: " + e, e);
        }
    }

    /** A folder that is already there, for tests and for jobs without a server. */
    public static Workspace of(Path folder) throws IOException {
        return new Workspace(folder.toRealPath());
    }

    /** Its real path. */
    public Path folder() {
        return folder;
    }

    /**
     * A path inside, whether or not there is anything.
     *
     * @param relative with {@code /}; empty for the workspace itself
     * @throws IOException if it leads out of the workspace, by its words or through a symbolic link
     */
    public Path resolve(String relative) throws IOException {
        for (String segment : relative.split("/", -1)) {
            if (segment.equals("..") || segment.indexOf('\0') >= 0) {
                throw leadsOut(relative);
            }
        }
        Path path = folder.resolve(relative).normalize();
        if (!path.startsWith(folder)) {
            throw leadsOut(relative);
        }
        // The nearest part that exists says where the path really leads.
        Path existing = path;
        for (Path up = path; up != null && up.startsWith(folder); up = up.getParent()) {
            existing = up;
            if (Files.exists(up, LinkOption.NOFOLLOW_LINKS)) {
                break;
            }
        }
        if (!existing.toRealPath().startsWith(folder)) {
            throw leadsOut(relative);
        }
        return path;
    }

    /** As {@link #resolve}, for a folder, which is made when it is missing. */
    Path folder(String relative) throws IOException {
        Path path = resolve(relative);
        Files.createDirectories(path);
        return path;
    }

    private IOException leadsOut(String relative) {
        return new IOException("\"" + relative + "\" leads out of the working directory \"" + folder + "\"");
    }

    /** Deletes what is in a folder; symbolic links are deleted and not followed. */
    static void empty(Path folder) throws IOException {
        List<IOException> failures = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                // Read-only folders, such as those of Go's module cache, are opened for their owner.
                directory.toFile().setWritable(true);
                directory.toFile().setExecutable(true);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                return delete(file);
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return delete(file);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
                return directory.equals(folder) ? FileVisitResult.CONTINUE : delete(directory);
            }

            private FileVisitResult delete(Path path) {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    failures.add(e);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        if (!failures.isEmpty()) {
            throw new IOException(failures.size() + " of its files cannot be deleted, first "
                    + failures.getFirst().getMessage());
        }
    }
}

package dev.penstock.agent.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds a program as a shell would, and says well why it does not. */
public final class SearchPath {
    private static final boolean WINDOWS = File.separatorChar == '\\';

    private SearchPath() {}

    /** What became of a search. */
    public sealed interface Search {
        record Found(Path program) implements Search {}

        /** @param message a sentence for the console */
        record NotFound(String message) implements Search {}
    }

    /**
     * Looks a program up.
     *
     * @param command without a folder separator it is looked up in {@code path}; with one it begins at {@code directory}
     * @param path the job's PATH
     * @param extensions the job's PATHEXT, on Windows
     * @param agent the agent's name, for the message
     */
    public static Search find(String command, Path directory, String path, String extensions, String agent) {
        try {
            return command.indexOf('/') >= 0 || (WINDOWS && command.indexOf('\\') >= 0)
                    ? byPlace(command, directory, extensions, agent)
                    : byName(command, directory, path, extensions, agent);
        } catch (InvalidPathException e) {
            return new Search.NotFound("\"" + command + "\" cannot be the name of a program: " + e.getReason());
        }
    }

    private static Search byPlace(String command, Path directory, String extensions, String agent) {
        for (Path candidate : candidates(directory.resolve(command).normalize(), extensions)) {
            if (Files.isRegularFile(candidate)) {
                return Files.isExecutable(candidate)
                        ? new Search.Found(candidate)
                        : new Search.NotFound("\"" + candidate + "\" on agent \"" + agent
                                + "\" is not executable: set its x bit (chmod +x, or git update-index --chmod=+x)");
            }
        }
        return new Search.NotFound("There is no program \"" + command + "\" in \"" + directory + "\" on agent \""
                + agent + "\"; a command with a folder in it begins at the task's working directory");
    }

    private static Search byName(String command, Path directory, String path, String extensions, String agent) {
        for (String folder : path.split(File.pathSeparator, -1)) {
            // An empty entry means the working directory, as in a shell.
            for (Path candidate : candidates(directory.resolve(folder).resolve(command), extensions)) {
                if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                    return new Search.Found(candidate);
                }
            }
        }
        return new Search.NotFound("Command \"" + command + "\" was not found on agent \"" + agent
                + "\". The PATH that was searched: " + (path.isEmpty() ? "(empty)" : path)
                + ". Install it on the agent's machine, or give the job a PATH that holds it");
    }

    private static List<Path> candidates(Path path, String extensions) {
        if (!WINDOWS) {
            return List.of(path);
        }
        var candidates = new ArrayList<Path>();
        String name = String.valueOf(path.getFileName());
        if (name.indexOf('.') >= 0) {
            candidates.add(path);
        }
        for (String extension : (extensions.isEmpty() ? ".COM;.EXE;.BAT;.CMD" : extensions).split(";", -1)) {
            candidates.add(path.resolveSibling(name + extension.toLowerCase(Locale.ROOT)));
        }
        return candidates;
    }
}

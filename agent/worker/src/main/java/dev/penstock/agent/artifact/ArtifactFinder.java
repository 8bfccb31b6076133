package dev.penstock.agent.artifact;

import dev.penstock.agent.protocol.JobAssignment.ArtifactRule;
import dev.penstock.agent.protocol.Protocol;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Finds the files of a job's rules. As in GoCD, the leading part of a source without wildcards is dropped and the rest of
 * the structure kept under the destination; a folder that matches is published whole. A symbolic link counts as what it
 * leads to, when that lies in the working directory and is a file; any other is passed over and told.
 */
public final class ArtifactFinder {
    /** More levels have no real tree; a loop that the file system hides from us has. */
    private static final int MAX_DEPTH = 100;

    private static final int MAX_PATH_BYTES = 1024;
    private static final int MAX_SEGMENT_BYTES = 255;

    /** So many skipped links are told one by one. */
    private static final int MAX_TOLD = 10;

    private final Path workspace;
    private final Map<String, Found> found = new LinkedHashMap<>();
    private final List<String> notices = new ArrayList<>();
    private int skipped;

    /**
     * A file to publish.
     *
     * @param path among the job's artifacts
     * @param test whether a rule of kind TEST named it
     */
    public record Found(String path, Path file, boolean test) {}

    /** @param workspace its real path */
    public ArtifactFinder(Path workspace) {
        this.workspace = workspace;
    }

    /**
     * Adds the files of a rule; how many there are.
     *
     * @throws IOException if the rule or one of the files cannot be published; the message says which and why
     */
    public int find(ArtifactRule rule) throws IOException {
        ArtifactPattern pattern;
        try {
            pattern = ArtifactPattern.parse(rule.source());
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        Path base = workspace;
        for (String segment : pattern.fixedPart()) {
            base = base.resolve(segment);
        }
        if (!Files.exists(base)) {
            return 0;
        }
        if (!base.toRealPath().startsWith(workspace)) {
            skip(base);
            return 0;
        }
        String under = trimmed(rule.destination());
        boolean test = rule.kind() == ArtifactRule.Kind.TEST;
        if (!pattern.hasWildcards()) {
            return add(base, joined(under, base.getFileName().toString()), test, 0);
        }
        return Files.isDirectory(base) ? walk(base, List.of(), new Search(pattern, under, test)) : 0;
    }

    /** The files of all rules so far, each path once. */
    public List<Found> found() {
        return List.copyOf(found.values());
    }

    /** What people should know. */
    public List<String> notices() {
        var all = new ArrayList<>(notices);
        if (skipped > MAX_TOLD) {
            all.add("… and " + (skipped - MAX_TOLD) + " more");
        }
        return all;
    }

    private record Search(ArtifactPattern pattern, String under, boolean test) {}

    private int walk(Path folder, List<String> below, Search search) throws IOException {
        if (below.size() > MAX_DEPTH) {
            throw new IOException("\"" + folder + "\" is nested deeper than " + MAX_DEPTH + " folders");
        }
        int count = 0;
        for (Path entry : sorted(folder)) {
            var path = new ArrayList<>(below);
            path.add(entry.getFileName().toString());
            if (search.pattern().matches(path)) {
                count += add(entry, joined(search.under(), String.join("/", path)), search.test(), path.size());
            } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                    && search.pattern().canMatchBelow(path)) {
                count += walk(entry, path, search);
            }
        }
        return count;
    }

    /** A file, or everything in a folder. */
    private int add(Path entry, String path, boolean test, int depth) throws IOException {
        if (Files.isSymbolicLink(entry) && !leadsToFileInside(entry)) {
            skip(entry);
            return 0;
        }
        if (Files.isDirectory(entry)) {
            if (depth > MAX_DEPTH) {
                throw new IOException("\"" + entry + "\" is nested deeper than " + MAX_DEPTH + " folders");
            }
            int count = 0;
            for (Path child : sorted(entry)) {
                count += add(child, path + "/" + child.getFileName(), test, depth + 1);
            }
            return count;
        }
        if (!Files.isRegularFile(entry)) {
            skip(entry);
            return 0;
        }
        check(path);
        Found other = found.get(path);
        if (other != null && !other.file().equals(entry)) {
            throw new IOException("Two files would be published as \"" + path + "\": \"" + relative(other.file())
                    + "\" and \"" + relative(entry) + "\"; give one of them another destination");
        }
        if (found.size() >= Protocol.MAX_ARTIFACTS && other == null) {
            throw new IOException("More than " + Protocol.MAX_ARTIFACTS + " files match; pack them into an archive");
        }
        found.put(path, new Found(path, entry, test || (other != null && other.test())));
        return 1;
    }

    private boolean leadsToFileInside(Path link) {
        try {
            Path real = link.toRealPath();
            return real.startsWith(workspace) && Files.isRegularFile(real);
        } catch (IOException _) {
            return false;
        }
    }

    private void skip(Path entry) {
        if (++skipped <= MAX_TOLD) {
            String why = Files.isSymbolicLink(entry) ? "a symbolic link that leads elsewhere" : "no file";
            notices.add("\"" + relative(entry) + "\" is not published: it is " + why);
        }
    }

    /** The rules of the server (C-17), so that a job hears of a bad name here. */
    private static void check(String path) throws IOException {
        boolean good = path.getBytes(StandardCharsets.UTF_8).length <= MAX_PATH_BYTES
                && path.chars().noneMatch(c -> c == '\\' || c == ':' || Character.isISOControl(c));
        for (String segment : ArtifactPattern.segments(path)) {
            good &= !segment.isEmpty()
                    && !segment.equals("..")
                    && !segment.endsWith(".")
                    && !segment.endsWith(" ")
                    && segment.getBytes(StandardCharsets.UTF_8).length <= MAX_SEGMENT_BYTES;
        }
        if (!good) {
            throw new IOException("\"" + path.replaceAll("\\p{Cntrl}", "?") + "\" cannot be the name of an artifact:"
                    + " names hold no backslash, colon or control character, do not end with a dot or a space, and have at"
                    + " most 255 bytes a segment and 1,024 in all");
        }
    }

    private String relative(Path file) {
        return file.startsWith(workspace) ? workspace.relativize(file).toString() : file.toString();
    }

    private static List<Path> sorted(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    private static String joined(String folder, String path) {
        return folder.isEmpty() ? path : folder + "/" + path;
    }

    private static String trimmed(String destination) {
        String slashes = destination.strip().replace('\\', '/');
        return slashes.replaceAll("^(\\./)+|^/+|/+$", "")
                .replaceAll("/{2,}", "/")
                .replaceAll("^\\.$", "");
    }
}

package dev.penstock.agent.artifact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The source of an artifact: path segments with {@code /}, in which {@code *} stands for any characters of one segment,
 * {@code ?} for one of them, and a segment {@code **} for any number of segments. Case counts. A backslash is a slash, as
 * definitions that were written on Windows have it. Immutable.
 */
public final class ArtifactPattern {
    private static final String ANY = "**";

    private final String text;
    private final List<String> segments;
    private final int fixed;

    private ArtifactPattern(String text, List<String> segments) {
        this.text = text;
        this.segments = segments;
        int count = 0;
        while (count < segments.size() && !hasWildcard(segments.get(count))) {
            count++;
        }
        this.fixed = count;
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it is empty, or could leave the working directory
     */
    public static ArtifactPattern parse(String text) {
        String slashes = text.strip().replace('\\', '/');
        var segments = new ArrayList<String>();
        for (String segment : slashes.split("/", -1)) {
            if (segment.equals("..")) {
                throw new IllegalArgumentException(
                        "The artifact source \"" + text + "\" leads out of the working directory");
            }
            boolean repeated = segment.equals(ANY)
                    && !segments.isEmpty()
                    && segments.getLast().equals(ANY);
            if (!segment.isEmpty() && !segment.equals(".") && !repeated) {
                segments.add(segment);
            }
        }
        if (slashes.startsWith("/") || slashes.matches("[A-Za-z]:.*")) {
            throw new IllegalArgumentException("The artifact source \"" + text
                    + "\" is not relative; it begins at the pipeline's working directory");
        }
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("The artifact source \"" + text + "\" names no file");
        }
        return new ArtifactPattern(text, List.copyOf(segments));
    }

    /** The leading segments without a wildcard; all of them when there is none. */
    List<String> fixedPart() {
        return segments.subList(0, fixed);
    }

    boolean hasWildcards() {
        return fixed < segments.size();
    }

    /** Whether a path below the fixed part matches. */
    boolean matches(List<String> below) {
        return matches(fixed, below, 0);
    }

    /** Whether something further down could match, so that a folder has to be looked into. */
    boolean canMatchBelow(List<String> folder) {
        return canMatchBelow(fixed, folder, 0);
    }

    private boolean matches(int at, List<String> path, int from) {
        if (at == segments.size()) {
            return from == path.size();
        }
        if (segments.get(at).equals(ANY)) {
            for (int next = from; next <= path.size(); next++) {
                if (matches(at + 1, path, next)) {
                    return true;
                }
            }
            return false;
        }
        return from < path.size() && matches(segments.get(at), path.get(from)) && matches(at + 1, path, from + 1);
    }

    private boolean canMatchBelow(int at, List<String> path, int from) {
        if (at == segments.size()) {
            return false;
        }
        if (segments.get(at).equals(ANY) || from == path.size()) {
            return true;
        }
        return matches(segments.get(at), path.get(from)) && canMatchBelow(at + 1, path, from + 1);
    }

    /** One segment, in time linear in both: after a star fails, only the last star can help. */
    private static boolean matches(String pattern, String name) {
        int p = 0;
        int star = -1;
        int resume = 0;
        int n = 0;
        while (n < name.length()) {
            char c = p < pattern.length() ? pattern.charAt(p) : 0;
            if (c == '*') {
                star = p++;
                resume = n;
            } else if (p < pattern.length() && (c == '?' || c == name.charAt(n))) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static boolean hasWildcard(String segment) {
        return segment.indexOf('*') >= 0 || segment.indexOf('?') >= 0;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }

    static List<String> segments(String path) {
        return path.isEmpty() ? List.of() : Arrays.asList(path.split("/", -1));
    }
}

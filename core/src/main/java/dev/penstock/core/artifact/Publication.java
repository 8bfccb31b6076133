package dev.penstock.core.artifact;

import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Checks a list of artifacts before it is published, together with what the job has published before. Pure. */
final class Publication {
    /** A person corrects a few and tries again; a list of thousands helps nobody. */
    private static final int MOST_PROBLEMS = 10;

    private final List<String> problems = new ArrayList<>();
    /** By the key of a path, the path. */
    private final Map<String, String> files = new HashMap<>();
    /** By the key of a folder, the folder as it was first written. */
    private final Map<String, String> folders = new HashMap<>();

    private Publication() {}

    /**
     * What is wrong with the artifacts of a job, as sentences; empty when nothing is.
     *
     * @param all what was published before, by path, and what is to be
     */
    static List<String> problems(List<PublishedArtifact> all, Set<String> before) {
        var publication = new Publication();
        before.forEach(publication::add);
        for (PublishedArtifact artifact : all) {
            publication.check(artifact, before);
            if (publication.problems.size() >= MOST_PROBLEMS) {
                break;
            }
        }
        return publication.problems;
    }

    /** Those that are new: a path may come twice if its bytes are the same. */
    static List<PublishedArtifact> fresh(List<PublishedArtifact> all, Map<String, String> before) {
        var seen = new HashSet<String>();
        return all.stream()
                .filter(artifact -> !Objects.equals(before.get(artifact.path()), artifact.sha256()))
                .filter(artifact -> seen.add(artifact.path()))
                .toList();
    }

    private void check(PublishedArtifact artifact, Set<String> before) {
        String path = artifact.path();
        if (artifact.size() < 0 || !BlobFolder.isHash(artifact.sha256())) {
            problems.add(quoted(path) + " has no SHA-256, or a negative size");
            return;
        }
        var problem = ArtifactPath.problem(path);
        if (problem.isPresent()) {
            problems.add(quoted(path) + " is no path for an artifact: " + problem.get());
            return;
        }
        if (!before.contains(path)) {
            add(path);
        }
    }

    private void add(String path) {
        String key = ArtifactPath.key(path);
        String other = files.putIfAbsent(key, path);
        if (other != null && !other.equals(path)) {
            problems.add(quoted(path) + " and " + quoted(other) + " are one file on systems that know no case");
        }
        if (folders.containsKey(key)) {
            problems.add(quoted(path) + " would be a file and a folder");
        }
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String folder = path.substring(0, slash);
            String folderKey = ArtifactPath.key(folder);
            String known = folders.putIfAbsent(folderKey, folder);
            if (known != null && !known.equals(folder)) {
                problems.add(quoted(path) + ": the folders " + quoted(folder) + " and " + quoted(known)
                        + " are one on systems that know no case");
                return;
            }
            if (known == null && files.containsKey(folderKey)) {
                problems.add(quoted(folder) + " would be a file and a folder");
                return;
            }
        }
    }

    /** Names come from agents and go into messages: what cannot be seen is shown by its number. */
    static String quoted(String path) {
        var text = new StringBuilder("\"");
        path.codePoints().limit(200).forEach(letter -> {
            int type = Character.getType(letter);
            boolean hidden = type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE;
            if (hidden) {
                text.append("\\u%04x".formatted(letter));
            } else {
                text.appendCodePoint(letter);
            }
        });
        return text.append(path.length() > 200 ? "…\"" : "\"").toString();
    }
}

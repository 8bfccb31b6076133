package dev.penstock.plugin.material;

import java.time.Instant;
import java.util.List;

/**
 * One change of a material.
 *
 * @param id what a checkout takes, such as 40 hex digits; at most 255 characters
 * @param author for people, such as {@code Name <mail>}; cut at 255 characters by the host
 * @param time when the author made it, by the author's clock: shown, never compared
 * @param comment the whole message; cut at 64 KiB by the host
 * @param files what it changed against its first parent; at most 10,000 are kept
 */
public record Revision(String id, String author, Instant time, String comment, List<ChangedFile> files) {

    public Revision {
        files = List.copyOf(files);
    }

    /** A file that a revision changed; the path is relative to the repository, with {@code /}. */
    public record ChangedFile(String path, Action action) {}

    /** What was done to a file. */
    public enum Action {
        ADDED,
        MODIFIED,
        DELETED
    }
}

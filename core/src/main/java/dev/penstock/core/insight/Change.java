package dev.penstock.core.insight;

import java.time.Instant;
import java.util.List;

/**
 * A revision of a material.
 *
 * @param files the first {@link ChangeQuery#MOST_FILES} that it changes
 * @param fileCount of all that are known
 */
record Change(
        String revision,
        String author,
        String comment,
        Instant authoredAt,
        Instant seenAt,
        List<File> files,
        int fileCount) {

    /** @param action such as added, modified, deleted */
    record File(String path, String action) {}
}

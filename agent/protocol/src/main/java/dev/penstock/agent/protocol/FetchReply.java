package dev.penstock.agent.protocol;

import java.util.List;

/**
 * The files that a fetch task gets.
 *
 * @param from the locator of the job that published them
 */
public record FetchReply(String from, List<File> files) {

    public FetchReply {
        files = Copies.of(files);
    }

    /**
     * @param path relative to the source folder, or just the name for a single file
     */
    public record File(String path, String sha256, long size) {}
}

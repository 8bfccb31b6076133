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
     * @param path below the task's destination: of a file its name, of a folder its own name and what is in it, as GoCD
     *     does; for the whole of a job's artifacts their paths
     */
    public record File(String path, String sha256, long size) {}
}

package dev.penstock.pluginhost;

import java.io.IOException;
import java.nio.file.Path;

/** Where the jars of a job come from: on the agent, its cache, which downloads what it lacks. */
@FunctionalInterface
public interface JarSource {

    /**
     * Gives a file with the jar's bytes. The host copies it and checks the hash, so the file may go afterwards.
     *
     * @throws IOException if it cannot be had; the message is shown in the job's console
     */
    Path jar(PluginJarRef ref) throws IOException, InterruptedException;
}

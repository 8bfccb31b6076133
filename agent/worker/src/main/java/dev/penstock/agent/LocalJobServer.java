package dev.penstock.agent;

import dev.penstock.agent.job.Hashes;
import dev.penstock.agent.protocol.ConsoleReply;
import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.FetchRequest;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.JobReport.ConsoleChunk;
import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.protocol.ReportReply;
import dev.penstock.agent.server.JobServer;
import dev.penstock.agent.server.ServerException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Stands in for a server when a job is run by hand: the console goes to a stream, artifacts to a folder. Thread-safe. */
final class LocalJobServer implements JobServer {
    private final OutputStream console;
    private final Optional<Path> pluginFolder;
    private final Path artifactFolder;
    private final AtomicLong length = new AtomicLong();
    private final Map<String, Path> uploaded = new ConcurrentHashMap<>();

    /** @param pluginFolder where jars of plugins lie, found by their hash */
    LocalJobServer(OutputStream console, Optional<Path> pluginFolder, Path artifactFolder) {
        this.console = console;
        this.pluginFolder = pluginFolder;
        this.artifactFolder = artifactFolder;
    }

    @Override
    public ReportReply report(HeldJob job, JobReport report) throws IOException {
        ConsoleChunk chunk = report.console();
        if (chunk != null) {
            console(job, chunk.offset(), chunk.bytes(), 0, chunk.bytes().length);
        }
        if (report.end() != null) {
            for (PublishedArtifact artifact : report.end().artifacts()) {
                Path target = artifactFolder.resolve(artifact.path());
                Files.createDirectories(target.getParent());
                Files.copy(uploaded.get(artifact.sha256()), target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return new ReportReply(false, length.get());
    }

    @Override
    public synchronized ConsoleReply console(HeldJob job, long offset, byte[] bytes, int from, int count)
            throws IOException {
        int known = Math.clamp(length.get() - offset, 0, count);
        console.write(bytes, from + known, count - known);
        console.flush();
        return new ConsoleReply(length.addAndGet(count - known), false);
    }

    @Override
    public FetchReply fetch(HeldJob job, FetchRequest request) throws ServerException {
        throw new ServerException.Refused(404, "Artifacts of other jobs can only be fetched with a server");
    }

    @Override
    public void download(HeldJob job, String sha256, OutputStream to) throws ServerException {
        throw new ServerException.Refused(404, "Artifacts of other jobs can only be fetched with a server");
    }

    @Override
    public void upload(HeldJob job, String sha256, Path file) {
        uploaded.put(sha256, file);
    }

    @Override
    public void plugin(String sha256, OutputStream to) throws IOException {
        if (pluginFolder.isPresent()) {
            try (Stream<Path> files = Files.list(pluginFolder.get())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (Hashes.ofFile(file).equals(sha256)) {
                        Files.copy(file, to);
                        return;
                    }
                }
            }
        }
        throw new ServerException.Refused(
                404, "No jar in the folder of --plugins has SHA-256 " + sha256.substring(0, 12) + "…");
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}

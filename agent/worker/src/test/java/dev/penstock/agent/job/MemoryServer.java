package dev.penstock.agent.job;

import dev.penstock.agent.protocol.ConsoleReply;
import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.FetchRequest;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.protocol.ReportReply;
import dev.penstock.agent.server.JobServer;
import dev.penstock.agent.server.ServerException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A server in memory that keeps the protocol's rules: consoles by offset, an end only with the whole console. Thread-safe. */
final class MemoryServer implements JobServer {
    final List<JobReport> reports = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    final Map<String, byte[]> plugins = new ConcurrentHashMap<>();
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    volatile FetchReply fetchReply = new FetchReply("", List.of());
    volatile boolean away;
    volatile boolean cancels;
    volatile boolean fences;
    final AtomicInteger consoleRequests = new AtomicInteger();
    volatile String refusesUploads = "";

    void forget() {
        reports.clear();
        synchronized (console) {
            console.reset();
        }
    }

    String console() {
        synchronized (console) {
            return console.toString(StandardCharsets.UTF_8);
        }
    }

    /** The console without times. */
    String text() {
        return console().lines().map(line -> line.substring(25) + "\n").collect(Collectors.joining());
    }

    Optional<JobReport> last() {
        return reports.isEmpty() ? Optional.empty() : Optional.of(reports.getLast());
    }

    JobReport.End end() {
        return Objects.requireNonNull(last().orElseThrow().end());
    }

    @Override
    public ReportReply report(HeldJob job, JobReport report) throws IOException {
        answer();
        if (report.console() != null) {
            append(
                    report.console().offset(),
                    report.console().bytes(),
                    0,
                    report.console().bytes().length);
        }
        long length = console(job, 0, new byte[0], 0, 0).length();
        if (report.end() != null && report.end().consoleLength() != length) {
            throw new ServerException.ConsoleIncomplete(length);
        }
        reports.add(report);
        return new ReportReply(cancels, length);
    }

    @Override
    public ConsoleReply console(HeldJob job, long offset, byte[] bytes, int from, int length) throws IOException {
        answer();
        consoleRequests.addAndGet(length > 0 ? 1 : 0);
        return new ConsoleReply(append(offset, bytes, from, length), false);
    }

    private long append(long offset, byte[] bytes, int from, int length) {
        synchronized (console) {
            if (offset <= console.size()) {
                int known = (int) Math.min(length, console.size() - offset);
                console.write(bytes, from + known, length - known);
            }
            return console.size();
        }
    }

    @Override
    public FetchReply fetch(HeldJob job, FetchRequest request) throws IOException {
        answer();
        return fetchReply;
    }

    @Override
    public void download(HeldJob job, String sha256, OutputStream to) throws IOException {
        answer();
        to.write(known(blobs, sha256));
    }

    @Override
    public void upload(HeldJob job, String sha256, Path file) throws IOException {
        answer();
        if (!refusesUploads.isEmpty()) {
            throw new ServerException.Refused(413, refusesUploads);
        }
        blobs.put(sha256, Files.readAllBytes(file));
    }

    @Override
    public void plugin(String sha256, OutputStream to) throws IOException {
        answer();
        to.write(known(plugins, sha256));
    }

    private static byte[] known(Map<String, byte[]> all, String sha256) throws ServerException {
        byte[] bytes = all.get(sha256);
        if (bytes == null) {
            throw new ServerException.Refused(404, "There is no " + sha256);
        }
        return bytes;
    }

    private void answer() throws IOException {
        if (away) {
            throw new IOException("No connection");
        }
        if (fences) {
            throw new ServerException.Fenced("Attempt 1 is no longer yours");
        }
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}

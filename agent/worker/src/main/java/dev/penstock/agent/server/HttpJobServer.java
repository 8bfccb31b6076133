package dev.penstock.agent.server;

import dev.penstock.agent.json.Json;
import dev.penstock.agent.protocol.ConsoleReply;
import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.FetchRequest;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.protocol.ReportReply;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The server over HTTP, on a connection of its own. Used by one thread; only {@link #abort} may be called by others. */
public final class HttpJobServer implements JobServer {
    /** Shorter than the lease by so much that a lost report is repeated in time. */
    private static final Duration SILENCE = Duration.ofSeconds(20);

    /** The server hashes what it got, and a large file takes a while to reach its disk. */
    private static final Duration BLOB_SILENCE = Duration.ofMinutes(2);

    /** What an answer may take beyond the time that the poll itself allows. */
    private static final Duration POLL_MARGIN = Duration.ofSeconds(15);

    private final Connections connections;
    private final Session session;
    private final Line line;

    public HttpJobServer(Connections connections, Session session) {
        this.connections = connections;
        this.session = session;
        this.line = connections.open();
    }

    /** Asks what to do; waits for the answer as long as the request allows. */
    public PollReply poll(PollRequest request) throws IOException {
        Duration silence = Duration.ofSeconds(request.waitSeconds()).plus(POLL_MARGIN);
        Reply reply = send("POST", "/agent/v1/poll", Request.json(Json.write(request)), silence, null);
        return Json.read(good(reply).body(), PollReply.class);
    }

    @Override
    public ReportReply report(HeldJob job, JobReport report) throws IOException {
        String target = "/agent/v1/jobs/" + job.jobId() + "/report";
        Reply reply = send("POST", target, Request.json(Json.write(report)), SILENCE, null);
        if (reply.status() == 412) {
            throw new ServerException.ConsoleIncomplete(consoleLength(job, reply));
        }
        return Json.read(ofJob(reply).body(), ReportReply.class);
    }

    @Override
    public ConsoleReply console(HeldJob job, long offset, byte[] bytes, int from, int length) throws IOException {
        String target = path(job, "/console") + "&offset=" + offset;
        Reply reply = send("PUT", target, Request.bytes(bytes, from, length), SILENCE, null);
        if (reply.status() == 409 && Json.hasField(reply.body(), "length")) {
            return Json.read(reply.body(), ConsoleReply.class);
        }
        return Json.read(ofJob(reply).body(), ConsoleReply.class);
    }

    @Override
    public FetchReply fetch(HeldJob job, FetchRequest request) throws IOException {
        String target = path(job, "/fetch")
                + "&pipeline=" + encoded(request.pipeline())
                + "&stage=" + encoded(request.stage())
                + "&job=" + encoded(request.job())
                + "&source=" + encoded(request.source())
                + "&is_file=" + request.isFile();
        return Json.read(ofJob(send("GET", target, null, SILENCE, null)).body(), FetchReply.class);
    }

    @Override
    public void download(HeldJob job, String sha256, OutputStream to) throws IOException {
        ofJob(send("GET", path(job, "/blobs/" + sha256), null, BLOB_SILENCE, to));
    }

    @Override
    public void upload(HeldJob job, String sha256, Path file) throws IOException {
        ofJob(send("PUT", path(job, "/blobs/" + sha256), Request.file(file), BLOB_SILENCE, null));
    }

    @Override
    public void plugin(String sha256, OutputStream to) throws IOException {
        good(send("GET", "/agent/v1/plugins/" + sha256, null, BLOB_SILENCE, to));
    }

    /** Requests go out again after an {@link #abort}. */
    public void arm() {
        line.arm();
    }

    /** Breaks off the request that is under way, and all others until {@link #arm}. */
    public void abort() {
        line.abort();
    }

    /** Leaves the connection to the next user. */
    @Override
    public void close() {
        connections.release(line);
    }

    /** With a token; one that the server does not take is replaced once. */
    private Reply send(
            String method, String target, Request.@Nullable Body body, Duration silence, @Nullable OutputStream into)
            throws IOException {
        var request = new Request(method, target, body, silence);
        String token = session.token();
        Reply reply = line.send(request, token, into);
        if (reply.status() == 401) {
            session.refused(token);
            reply = line.send(request, session.token(), into);
        }
        return reply;
    }

    /**
     * An answer about a job. Only the server's own words fence it: a proxy that answers 403 while it is set up must not
     * end a deployment.
     */
    private static Reply ofJob(Reply reply) throws ServerException {
        boolean superseded = reply.status() == 409 && reply.code().equalsIgnoreCase("superseded");
        if (superseded || (reply.status() == 403 && reply.code().equalsIgnoreCase("forbidden"))) {
            throw new ServerException.Fenced(reply.detail());
        }
        return good(reply);
    }

    private static Reply good(Reply reply) throws ServerException {
        if (reply.isGood()) {
            return reply;
        }
        String said = "The server says " + reply.status() + ": " + reply.detail();
        if (reply.status() == 401) {
            throw new ServerException.NotRegistered(said);
        }
        // An answer without a code is not the server's but that of something on the way.
        boolean later = reply.status() == 408
                || reply.status() == 429
                || reply.status() >= 500
                || reply.code().isEmpty();
        throw later
                ? new ServerException.Busy(said, reply.retryAfterSeconds())
                : new ServerException.Refused(reply.status(), said);
    }

    /** From the answer, or by asking: an empty chunk changes nothing and is answered with the length. */
    private long consoleLength(HeldJob job, Reply reply) throws IOException {
        if (Json.hasField(reply.body(), "consoleLength")) {
            return Json.read(reply.body(), ReportReply.class).consoleLength();
        }
        return console(job, 0, new byte[0], 0, 0).length();
    }

    private static String path(HeldJob job, String what) {
        return "/agent/v1/jobs/" + job.jobId() + what + "?attempt=" + job.attempt();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

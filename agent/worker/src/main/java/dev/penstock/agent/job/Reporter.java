package dev.penstock.agent.job;

import dev.penstock.agent.console.ConsoleFile;
import dev.penstock.agent.journal.Journal;
import dev.penstock.agent.protocol.ConsoleReply;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.JobReport.ConsoleChunk;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.ReportReply;
import dev.penstock.agent.server.Backoff;
import dev.penstock.agent.server.JobServer;
import dev.penstock.agent.server.ServerException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the server of one attempt: its console by offset while it runs, what happened now and then, and its end, however
 * long that takes. A short job costs one request. Used by one thread.
 */
final class Reporter {
    private static final Logger log = LoggerFactory.getLogger(Reporter.class);

    /** What has changed is told this often at most: each report is a commit of the server. */
    private static final Duration CHANGE_INTERVAL = Duration.ofSeconds(1);

    /** So much of a console is sent at once, and not when its time has come. */
    private static final int MUCH_BYTES = 512 * 1024;

    private final Journal journal;
    private final ConsoleFile console;
    private final JobServer server;
    private final Control control;
    private final HeldJob job;
    private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
    private byte[] chunk = new byte[0];
    private long sent;
    private long serverLength;
    private boolean truncated;
    private long reportedVersion;
    private long lastReport = System.nanoTime();
    private int refusals;
    private boolean forced;

    /** What the server's answers do to the job. */
    interface Control {
        void stop(Stop why);

        /** Called about every 100 ms while the job runs. */
        void tick();
    }

    Reporter(Journal journal, ConsoleFile console, JobServer server, Control control) {
        this.journal = journal;
        this.console = console;
        this.server = server;
        this.control = control;
        this.job = journal.held();
    }

    /** Reports until the end is acknowledged; false when the attempt is no longer this agent's. */
    boolean run() throws InterruptedException {
        while (true) {
            End end = journal.end().orElse(null);
            try {
                if (end != null) {
                    return finish(end);
                }
                whileRunning();
            } catch (ServerException.Fenced e) {
                log.atWarn().addKeyValue("job", journal.assignment()).log("The job is not ours: " + e.getMessage());
                control.stop(Stop.SUPERSEDED);
                return false;
            } catch (IOException e) {
                if (backoff.failures() == 0) {
                    log.atWarn().addKeyValue("job", journal.assignment()).log("Reports wait: " + e.getMessage());
                }
                await(backoff.after(e), end != null);
            }
        }
    }

    private void whileRunning() throws IOException, InterruptedException {
        console.whenMore(sent + MUCH_BYTES, journal::wake);
        if (journal.awaitEnd(Protocol.CONSOLE_CHUNK_AGE.toMillis())) {
            return;
        }
        control.tick();
        do {
            sendConsole();
        } while (console.length() - sent >= MUCH_BYTES && !isReportDue());
        if (isReportDue()) {
            long version = journal.version();
            ReportReply reply =
                    server.report(job, new JobReport(job.attempt(), journal.phases(), journal.tasks(), null, null));
            lastReport = System.nanoTime();
            reportedVersion = version;
            if (reply.cancel()) {
                control.stop(Stop.CANCELLED);
            }
            // What a loss of power would take is not older than this.
            console.force();
            journal.force();
        }
        backoff.reset();
    }

    private boolean isReportDue() {
        long since = System.nanoTime() - lastReport;
        boolean changed = journal.version() != reportedVersion;
        return since >= (changed ? CHANGE_INTERVAL : Protocol.REPORT_INTERVAL).toNanos();
    }

    /** Sends the next chunk, if there is one. */
    private void sendConsole() throws IOException {
        if (truncated) {
            accept(console.length());
        }
        int length = readRest();
        if (length > 0) {
            int whole = wholeLines(length);
            ConsoleReply reply = server.console(job, sent, chunk, 0, whole);
            truncated = reply.truncated();
            accept(reply.length());
        }
    }

    /** Reads what was not sent into the chunk, as far as one message takes it; a short console needs little memory. */
    private int readRest() throws IOException {
        long waiting = console.length() - sent;
        if (waiting > chunk.length && chunk.length < Protocol.MAX_CONSOLE_CHUNK_BYTES) {
            chunk = new byte[Math.clamp(2 * waiting, 1024, Protocol.MAX_CONSOLE_CHUNK_BYTES)];
        }
        return waiting > 0 ? console.read(sent, chunk) : 0;
    }

    /** A follower is better served with whole lines; a chunk without a line end goes as it is. */
    private int wholeLines(int length) {
        for (int i = length; i > length / 2; i--) {
            if (chunk[i - 1] == '\n') {
                return i;
            }
        }
        return length;
    }

    private void accept(long length) {
        // A server that lost power may have less than it said before. One that has more got it before this machine lost
        // power: then its console is the whole one.
        serverLength = length;
        sent = Math.min(length, console.length());
        console.acknowledge(sent);
    }

    /** The last report, with all that is left of the console. */
    private boolean finish(End end) throws IOException, InterruptedException {
        while (console.length() - sent > Protocol.CONSOLE_CHUNK_BYTES && !truncated) {
            sendConsole();
        }
        int length = truncated ? 0 : readRest();
        ConsoleChunk rest = length == 0 ? null : new ConsoleChunk(sent, Arrays.copyOf(chunk, length));
        try {
            server.report(job, new JobReport(job.attempt(), journal.phases(), journal.tasks(), rest, complete(end)));
            return true;
        } catch (ServerException.ConsoleIncomplete e) {
            truncated = false;
            accept(e.length());
            throw new IOException("The console has to be sent from byte " + e.length() + " on", e);
        } catch (ServerException.Refused e) {
            refusals++;
            log.atError()
                    .addKeyValue("job", journal.assignment())
                    .log("The server refuses the end of the job: " + e.getMessage());
            if (refusals > 2) {
                control.stop(Stop.SUPERSEDED);
                return false;
            }
            throw e;
        }
    }

    /** The end as it is, or, when the server will not have that, an end that says so. */
    private End complete(End end) {
        long length = Math.max(console.length(), serverLength);
        return switch (refusals) {
            case 0 ->
                new End(end.result(), end.reason(), end.message(), end.at(), length, end.artifacts(), end.cleanUp());
            case 1 ->
                failed(
                        end,
                        Reason.ARTIFACT_FAILED,
                        "The server did not take the job's artifacts or its report",
                        length);
            default -> failed(end, Reason.AGENT_ERROR, "The server did not take the job's report", length);
        };
    }

    private static End failed(End end, Reason reason, String message, long length) {
        boolean passed = end.result() == Result.PASSED;
        @Nullable Reason why = passed ? reason : end.reason();
        return new End(
                passed ? Result.FAILED : end.result(),
                why,
                passed ? message : end.message(),
                end.at(),
                length,
                List.of(),
                end.cleanUp());
    }

    private void await(Duration wait, boolean ended) throws InterruptedException {
        if (ended) {
            if (!forced) {
                // The server is away, and the result has to wait for it on this disk.
                forced = true;
                try {
                    console.force();
                    journal.force();
                } catch (IOException e) {
                    log.atError().setCause(e).log("The result cannot be made safe");
                }
            }
            Thread.sleep(wait);
            return;
        }
        long end = System.nanoTime() + wait.toNanos();
        while (System.nanoTime() - end < 0 && !journal.awaitEnd(Protocol.CONSOLE_CHUNK_AGE.toMillis())) {
            control.tick();
        }
    }
}

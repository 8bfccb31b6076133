package dev.penstock.agent.server;

import dev.penstock.agent.protocol.ConsoleReply;
import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.FetchRequest;
import dev.penstock.agent.protocol.JobReport;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.protocol.ReportReply;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * What a running job asks of the server. Every call may be repeated; a call that fails with an {@link IOException} that is
 * neither {@link ServerException.Fenced}, {@link ServerException.Refused} nor {@link ServerException.ConsoleIncomplete}
 * is worth repeating. Used by one thread.
 */
public interface JobServer extends AutoCloseable {

    /** Tells what happened, and renews the lease. */
    ReportReply report(HeldJob job, JobReport report) throws IOException;

    /** Appends to the console; an answer with a smaller length than expected says where to go on. */
    ConsoleReply console(HeldJob job, long offset, byte[] bytes, int from, int length) throws IOException;

    /** The files that a fetch task gets. */
    FetchReply fetch(HeldJob job, FetchRequest request) throws IOException;

    /** Writes a blob to a stream; the caller checks its hash. */
    void download(HeldJob job, String sha256, OutputStream to) throws IOException;

    /** Stores a file under its hash; costs nothing when the server has it. */
    void upload(HeldJob job, String sha256, Path file) throws IOException;

    /** Writes a plugin's jar to a stream; the caller checks its hash. */
    void plugin(String sha256, OutputStream to) throws IOException;

    @Override
    void close();

    /** Makes an own one for each thread. */
    @FunctionalInterface
    interface Opener {
        JobServer open();
    }
}

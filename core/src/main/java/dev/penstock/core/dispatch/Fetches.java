package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.FetchRequest;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.dispatch.FetchQuery.Own;
import dev.penstock.core.dispatch.FetchQuery.Run;
import dev.penstock.core.dispatch.FetchQuery.Source;
import dev.penstock.core.dispatch.FetchQuery.Upstream;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.HeldAttempts;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Says which files a fetch task gets (domain 4.3): of an earlier stage of the same run, or of a run from which this one
 * came, by whatever number of steps. Nothing else can be named: a job reads no artifact outside of its own history.
 * Thread-safe.
 */
final class Fetches {
    /** A path of pipelines is as long as the longest chain that anybody draws. */
    private static final int MAX_STEPS = 32;

    private final Database database;
    private final HeldAttempts heldAttempts;

    Fetches(Database database, HeldAttempts heldAttempts) {
        this.database = database;
        this.heldAttempts = heldAttempts;
    }

    /**
     * @throws PenstockException SUPERSEDED or FORBIDDEN when the agent does not hold the attempt; NOT_FOUND with what is
     *     missing; GONE when retention has deleted it
     */
    FetchReply find(AgentId agent, JobRunId job, int attempt, FetchRequest request) {
        return database.read(handle -> {
            heldAttempts.require(handle, agent, job, attempt);
            return find(handle, job, request);
        });
    }

    private static FetchReply find(Handle handle, JobRunId job, FetchRequest request) {
        Own own = FetchQuery.own(handle, job);
        String[] path = request.pipeline().isEmpty()
                ? new String[0]
                : request.pipeline().split("/", MAX_STEPS + 1);
        if (path.length > MAX_STEPS) {
            throw new PenstockException(ErrorCode.INVALID, "\"pipeline\" names more than " + MAX_STEPS + " pipelines");
        }
        Run run = own.run();
        Optional<Integer> counter = Optional.empty();
        boolean isOwn = path.length == 0 || (path.length == 1 && path[0].equalsIgnoreCase(run.pipeline()));
        if (!isOwn) {
            // The last one named is a material of this pipeline, the one before it a material of that one, and so on.
            for (int step = path.length - 1; step >= 0; step--) {
                Run from = run;
                String name = path[step];
                Upstream upstream = FetchQuery.upstream(handle, from.id(), name)
                        .orElseThrow(() -> notFound(
                                "Run " + from.text() + " has not come from a run of pipeline \"" + name + "\""));
                run = upstream.run();
                counter = upstream.stage().equalsIgnoreCase(request.stage())
                        ? number(upstream.stageCounter())
                        : Optional.empty();
            }
        }
        Source source = source(handle, run, counter, request);
        if (isOwn && source.position() >= own.position()) {
            throw notFound("Stage \"" + request.stage() + "\" does not come before this one");
        }
        return reply(handle, run, source, request);
    }

    private static Source source(Handle handle, Run run, Optional<Integer> counter, FetchRequest request) {
        Source source = FetchQuery.source(handle, run.id(), request.stage(), counter, request.job())
                .orElseThrow(() -> notFound("Stage \"" + request.stage() + "\" of run " + run.text() + " has not run"));
        if (source.job().isEmpty()) {
            throw notFound("Stage " + run.text() + "/" + source.stage() + "/" + source.stageCounter()
                    + " has no job \"" + request.job()
                    + "\"; of a job with several instances one must be named, such as \"" + request.job()
                    + "-runInstance-1\"");
        }
        return source;
    }

    private static FetchReply reply(Handle handle, Run run, Source source, FetchRequest request) {
        String locator = run.text() + "/" + source.stage() + "/" + source.stageCounter() + "/" + source.jobName();
        if (source.deleted()) {
            throw new PenstockException(ErrorCode.GONE, "The artifacts of job " + locator + " were deleted");
        }
        String path = normal(request.source());
        List<FetchReply.File> files =
                FetchQuery.files(handle, source.job().orElseThrow(), path, request.isFile(), Protocol.MAX_ARTIFACTS);
        if (files.isEmpty()) {
            throw notFound(
                    source.jobState().equals("FINISHED")
                            ? "Job " + locator + " has published no " + (request.isFile() ? "file" : "folder") + " \""
                                    + request.source() + "\""
                            : "Job " + locator + " is not over, and publishes when it is");
        }
        int cut = request.isFile() ? path.lastIndexOf('/') + 1 : path.isEmpty() ? 0 : path.length() + 1;
        return new FetchReply(
                locator,
                files.stream()
                        .map(file -> new FetchReply.File(file.path().substring(cut), file.sha256(), file.size()))
                        .toList());
    }

    /** Without what changes nothing: {@code ./}, double and last slashes. */
    private static String normal(String source) {
        var parts = new StringBuilder();
        for (String part : source.split("/", -1)) {
            if (!part.isEmpty() && !part.equals(".")) {
                parts.append(parts.isEmpty() ? "" : "/").append(part);
            }
        }
        return parts.toString();
    }

    private static Optional<Integer> number(String counter) {
        try {
            return Optional.of(Integer.valueOf(counter));
        } catch (NumberFormatException e) {
            throw new IllegalStateException("A stage counter in a locator: " + counter, e);
        }
    }

    private static PenstockException notFound(String message) {
        return new PenstockException(ErrorCode.NOT_FOUND, message);
    }
}

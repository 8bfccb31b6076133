package dev.penstock.agent.job;

import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.FetchRequest;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.server.JobServer;
import dev.penstock.agent.server.ServerException;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.plugin.task.TaskResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * The built-in task {@code fetch}: artifacts of another job. Each file is checked by its hash and put in its place at
 * once; one that is there already is left as it is.
 */
record FetchTask(FetchRequest request, String destination, HeldJob job, Workspace workspace, Source source)
        implements TaskWork {
    static final String TYPE = "fetch";

    /** Where the files come from, and who waits when the server is away. */
    record Source(JobServer server, Persistence persistence) {}

    static FetchTask of(Map<String, Object> given, HeldJob job, Workspace workspace, Source source)
            throws TaskException {
        var options = new Options(given);
        if (options.text("artifact_origin").equals("external")) {
            throw new TaskException("External artifacts cannot be fetched by this agent");
        }
        if (options.text("source").isBlank()) {
            throw new TaskException("The task has no \"source\"");
        }
        var request = new FetchRequest(
                options.text("pipeline"),
                options.text("stage"),
                options.text("job"),
                options.text("source"),
                options.flag("is_file"));
        return new FetchTask(request, options.text("destination"), job, workspace, source);
    }

    @Override
    public String summary() {
        String pipeline = request.pipeline().isEmpty() ? "this pipeline" : request.pipeline();
        return "fetch " + (request.isFile() ? "file " : "folder ") + request.source() + " of " + request.stage() + "/"
                + request.job() + " in " + pipeline
                + (destination.isEmpty() ? "" : " to " + destination);
    }

    @Override
    public TaskResult run(AgentTaskContext context) throws TaskException, InterruptedException {
        try {
            FetchReply reply = source.persistence()
                    .persist("The fetch", () -> source.server().fetch(job, request));
            context.console().note("Fetching " + reply.files().size() + " files of " + reply.from());
            long bytes = 0;
            int kept = 0;
            for (FetchReply.File file : reply.files()) {
                kept += fetch(file) ? 0 : 1;
                bytes += file.size();
            }
            context.console()
                    .note(reply.files().size() + " files, " + bytes + " bytes"
                            + (kept == 0 ? "" : "; " + kept + " of them were there already"));
            return new TaskResult.Passed();
        } catch (ServerException.Refused e) {
            throw new TaskException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new TaskException("The files cannot be stored: " + e.getMessage(), e);
        }
    }

    /** Whether it had to be transferred. */
    private boolean fetch(FetchReply.File file) throws IOException, InterruptedException {
        Path target = workspace.resolve(place(file));
        if (Files.isRegularFile(target)
                && Files.size(target) == file.size()
                && Hashes.ofFile(target).equals(file.sha256())) {
            return false;
        }
        Files.createDirectories(target.getParent());
        Path part = Files.createTempFile(target.getParent(), ".penstock-", ".part");
        try {
            source.persistence().persist("The fetch of \"" + file.path() + "\"", () -> {
                download(file, part);
                return Boolean.TRUE;
            });
            if (Files.isDirectory(target)) {
                throw new IOException("\"" + target + "\" is a folder, and a file of that name was fetched");
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return true;
    }

    private void download(FetchReply.File file, Path part) throws IOException {
        try (OutputStream out = Files.newOutputStream(part);
                var hashing = new HashingOutput(out)) {
            source.server().download(job, file.sha256(), hashing);
            if (!hashing.sha256().equals(file.sha256())) {
                throw new IOException(
                        "\"" + file.path() + "\" arrived with another SHA-256 than it was published with");
            }
        }
    }

    /** As in GoCD: a folder arrives under its own name. */
    private String place(FetchReply.File file) {
        String source = request.source().replaceAll("/+$", "");
        String name = source.substring(source.lastIndexOf('/') + 1);
        String inside = request.isFile() || name.isEmpty() ? file.path() : name + "/" + file.path();
        return destination.isEmpty() ? inside : destination + "/" + inside;
    }
}

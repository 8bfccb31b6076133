package dev.penstock.agent.job;

import dev.penstock.agent.artifact.ArtifactFinder;
import dev.penstock.agent.artifact.ArtifactFinder.Found;
import dev.penstock.agent.console.JobConsole;
import dev.penstock.agent.protocol.JobAssignment.ArtifactRule;
import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.server.JobServer;
import dev.penstock.agent.server.ServerException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Uploads the artifacts of a job: each content once, under its hash. They become visible together with the job's result,
 * or not at all.
 */
final class Publisher {
    /** A file that changes while it is published is hashed again; one that never rests is an error. */
    private static final int MAX_TRIES = 3;

    /** Nobody reads a longer list in a console; the artifacts' own page has them all. */
    private static final int MAX_LISTED = 100;

    private final HeldJob job;
    private final JobServer server;
    private final Persistence persistence;
    private final JobConsole console;

    Publisher(HeldJob job, JobServer server, Persistence persistence, JobConsole console) {
        this.job = job;
        this.server = server;
        this.persistence = persistence;
        this.console = console;
    }

    /**
     * What was published.
     *
     * @param failure why the job fails although its tasks may have passed; null when all is well
     */
    record Publication(
            List<PublishedArtifact> artifacts, @Nullable Failure failure) {}

    Publication publish(Workspace workspace, List<ArtifactRule> rules) throws InterruptedException {
        var published = new ArrayList<PublishedArtifact>();
        var finder = new ArtifactFinder(workspace.folder());
        var missing = new ArrayList<String>();
        try {
            for (ArtifactRule rule : rules) {
                if (finder.find(rule) == 0) {
                    String said = "No file matches \"" + rule.source() + "\" in \"" + workspace.folder() + "\"";
                    switch (rule.kind()) {
                        case BUILD -> missing.add(said);
                        case TEST -> console.note(said + "; there are no test reports of it");
                    }
                }
            }
            finder.notices().forEach(console::note);
            Set<String> sent = new HashSet<>();
            for (Found found : finder.found()) {
                published.add(publish(found, sent));
                if (published.size() <= MAX_LISTED) {
                    console.note(found.path() + " (" + published.getLast().size() + " bytes)");
                }
            }
            if (published.size() > MAX_LISTED) {
                console.note("… " + published.size() + " files in all");
            }
            missing.forEach(console::problem);
            // What does match is kept all the same: it may tell why the rest is missing.
            return new Publication(
                    published, missing.isEmpty() ? null : new Failure(Reason.ARTIFACT_FAILED, missing.getFirst()));
        } catch (IOException e) {
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            console.problem(message);
            return new Publication(published, new Failure(Reason.ARTIFACT_FAILED, message, e));
        }
    }

    private PublishedArtifact publish(Found found, Set<String> sent) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            long size = Files.size(found.file());
            String sha256 = Hashes.ofFile(found.file());
            try {
                if (!sent.contains(sha256)) {
                    persistence.persist("The upload of \"" + found.path() + "\"", () -> {
                        server.upload(job, sha256, found.file());
                        return Boolean.TRUE;
                    });
                    sent.add(sha256);
                }
                return new PublishedArtifact(console.masked(found.path()), sha256, size, found.test());
            } catch (ServerException.Refused e) {
                boolean changed = !Hashes.ofFile(found.file()).equals(sha256);
                if (!changed || attempt == MAX_TRIES) {
                    throw new IOException(
                            "\"" + found.path() + "\" cannot be published: "
                                    + (changed ? "it is written to all the time" : e.getMessage()),
                            e);
                }
            }
        }
    }
}

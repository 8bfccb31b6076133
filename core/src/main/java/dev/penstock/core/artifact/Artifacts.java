package dev.penstock.core.artifact;

import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.core.artifact.ArtifactStore.Artifact;
import dev.penstock.core.artifact.ArtifactStore.Entry;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.ArtifactSink;
import dev.penstock.core.run.JobOriginQuery;
import java.nio.channels.FileChannel;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Artifacts: published all at once or not at all, read by people and by later jobs. Thread-safe. */
public final class Artifacts implements ArtifactSink {
    private final Database database;
    private final Blobs blobs;
    private final long maxJobBytes;

    Artifacts(Database database, Blobs blobs, long maxJobBytes) {
        this.database = database;
        this.blobs = blobs;
        this.maxJobBytes = maxJobBytes;
    }

    @Override
    public void publish(Handle tx, JobRunId job, List<PublishedArtifact> artifacts) {
        if (artifacts.isEmpty()) {
            return;
        }
        Map<String, Artifact> before = ArtifactStore.all(tx, job, Protocol.MAX_ARTIFACTS + 1).stream()
                .collect(Collectors.toMap(Artifact::path, artifact -> artifact));
        List<String> problems = Publication.problems(artifacts, before.keySet());
        if (!problems.isEmpty()) {
            throw invalid("Artifacts cannot be published: " + String.join("; ", problems));
        }
        Map<String, String> hashes =
                before.values().stream().collect(Collectors.toMap(Artifact::path, Artifact::sha256));
        List<PublishedArtifact> fresh = Publication.fresh(artifacts, hashes);
        checkDifferent(fresh, artifacts, hashes);
        checkSizes(before, fresh);
        List<String> missing = ArtifactStore.missing(tx, fresh);
        if (!missing.isEmpty()) {
            throw invalid("The bytes of "
                    + missing.stream().map(Publication::quoted).collect(Collectors.joining(", "))
                    + " were not uploaded, or have another size");
        }
        ArtifactStore.insert(tx, job, fresh);
    }

    /** One path, two hashes: what is published is never changed. */
    private static void checkDifferent(
            List<PublishedArtifact> fresh, List<PublishedArtifact> all, Map<String, String> before) {
        Map<String, String> first =
                fresh.stream().collect(Collectors.toMap(PublishedArtifact::path, PublishedArtifact::sha256));
        for (PublishedArtifact artifact : all) {
            String known = before.getOrDefault(artifact.path(), first.getOrDefault(artifact.path(), artifact.sha256()));
            if (!known.equals(artifact.sha256())) {
                throw invalid("The file " + Publication.quoted(artifact.path())
                        + " is published twice with different contents: two rules put different files there");
            }
        }
    }

    private void checkSizes(Map<String, Artifact> before, List<PublishedArtifact> fresh) {
        if (before.size() + fresh.size() > Protocol.MAX_ARTIFACTS) {
            throw invalid("A job publishes at most " + Protocol.MAX_ARTIFACTS + " files");
        }
        // Sizes are those of blobs, each below the limit of a file, so that their sum cannot overflow.
        long total = before.values().stream().mapToLong(Artifact::size).sum()
                + fresh.stream()
                        .mapToLong(artifact -> Math.min(artifact.size(), maxJobBytes + 1))
                        .sum();
        if (total > maxJobBytes) {
            throw invalid("The artifacts of the job have more than " + (maxJobBytes >> 20)
                    + " MiB together, the most that a job may publish (\"artifacts.job-max-mebibytes\")");
        }
    }

    private static PenstockException invalid(String message) {
        return new PenstockException(ErrorCode.INVALID, message);
    }

    /**
     * What stands in a folder of a job's artifacts; of a job that was copied, of the job that ran.
     *
     * @param folder empty for the root
     * @throws PenstockException NOT_FOUND when there is no such job or folder, GONE when the artifacts were deleted
     */
    List<Entry> list(JobRunId job, String folder, @Nullable String after, int most) {
        return database.read(handle -> {
            JobRunId origin = origin(handle, job);
            List<Entry> entries = ArtifactStore.level(handle, origin, folder, after, most);
            if (entries.isEmpty()) {
                checkDeleted(handle, origin);
                if (!folder.isEmpty() && !ArtifactStore.isFolder(handle, origin, folder)) {
                    throw notFound(
                            job,
                            folder,
                            ArtifactStore.find(handle, origin, folder).isPresent() ? "folder" : "");
                }
            }
            return entries;
        });
    }

    /**
     * One file of a job's artifacts.
     *
     * @throws PenstockException NOT_FOUND, GONE
     */
    Artifact find(JobRunId job, String path) {
        return database.read(handle -> {
            JobRunId origin = origin(handle, job);
            Optional<Artifact> found = ArtifactStore.find(handle, origin, path);
            if (found.isEmpty()) {
                checkDeleted(handle, origin);
                throw notFound(job, path, ArtifactStore.isFolder(handle, origin, path) ? "file" : "");
            }
            return found.get();
        });
    }

    /** Files in a folder and below it, by path; for zips, piece by piece. */
    List<Artifact> below(JobRunId job, String folder, @Nullable String after, int most) {
        return database.read(handle -> {
            JobRunId origin = origin(handle, job);
            List<Artifact> found = ArtifactStore.below(handle, origin, folder, after, most);
            if (found.isEmpty() && after == null) {
                checkDeleted(handle, origin);
                throw notFound(job, folder, "");
            }
            return found;
        });
    }

    FileChannel open(Artifact artifact) {
        return blobs.open(artifact.sha256(), artifact.size());
    }

    private static JobRunId origin(Handle handle, JobRunId job) {
        return JobOriginQuery.find(handle, job)
                .orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no job " + job.value()));
    }

    private static void checkDeleted(Handle handle, JobRunId origin) {
        OffsetDateTime deleted = ArtifactStore.deletedAt(handle, origin);
        if (deleted != null) {
            throw new PenstockException(
                    ErrorCode.GONE, "The artifacts of the job were deleted at " + deleted.toInstant());
        }
    }

    /** @param other what it would have to be; empty when it is nothing */
    private static PenstockException notFound(JobRunId job, String path, String other) {
        String what = path.isEmpty()
                ? "Job " + job.value() + " has published nothing"
                : "Job " + job.value() + " has published nothing at " + Publication.quoted(path);
        return new PenstockException(
                ErrorCode.NOT_FOUND,
                other.isEmpty()
                        ? what
                        : Publication.quoted(path) + " is no " + other + " among the artifacts of job " + job.value()
                                + (other.equals("file") ? "; list it with ?path= or take it as a zip" : ""));
    }
}

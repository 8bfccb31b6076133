package dev.penstock.core.dispatch;

import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.ArtifactSink;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Publishes artifacts whose blobs are there, as rows. */
final class ArtifactRows implements ArtifactSink {
    @Override
    public void publish(Handle tx, JobRunId job, List<PublishedArtifact> artifacts) {
        for (PublishedArtifact artifact : artifacts) {
            boolean there = tx.createQuery("SELECT EXISTS (SELECT 1 FROM blob WHERE sha256 = :sha)")
                    .bind("sha", artifact.sha256())
                    .mapTo(Boolean.class)
                    .one();
            if (!there) {
                throw new PenstockException(ErrorCode.INVALID, "There is no blob of \"" + artifact.path() + "\"");
            }
            tx.createUpdate("INSERT INTO artifact (job_run_id, path, sha256, size) VALUES (:job, :path, :sha, :size)")
                    .bind("job", job.value())
                    .bind("path", artifact.path())
                    .bind("sha", artifact.sha256())
                    .bind("size", artifact.size())
                    .execute();
        }
    }
}

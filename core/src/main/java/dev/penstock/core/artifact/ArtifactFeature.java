package dev.penstock.core.artifact;

import dev.penstock.core.artifact.report.ReportReader;
import dev.penstock.core.artifact.report.TestResource;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.run.ArtifactSink;
import dev.penstock.core.run.HeldAttempts;
import dev.penstock.core.run.JobSecrets;
import dev.penstock.core.run.RetentionRules;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The parts of this feature that others use.
 *
 * @param sink where published artifacts go
 */
public record ArtifactFeature(ArtifactSink sink, List<Resource> resources, List<Worker> workers) {
    /** Often enough that a disk that fills at 100 MB/s is noticed before it is full. */
    private static final Duration RETENTION = Duration.ofSeconds(10);

    /** Reports are read some seconds after their job ended. */
    private static final Duration REPORTS = Duration.ofSeconds(2);

    /**
     * What the feature needs from others.
     *
     * @param folder where blobs are kept; nothing else is in it
     */
    public record Needs(
            Database database,
            HeldAttempts held,
            JobSecrets secrets,
            InstantSource clock,
            Path folder,
            UploadLimits limits,
            RetentionRules rules) {}

    /** @throws IOException when the folder cannot be made */
    public static ArtifactFeature create(Needs needs) throws IOException {
        var bytes = new BlobFolder(needs.folder());
        var space = new FreeSpace(needs.folder());
        var blobs = new Blobs(needs.database(), bytes, space, needs.limits());
        var artifacts = new Artifacts(needs.database(), blobs, needs.limits().maxJobBytes());
        var retention = new Retention(needs.database(), bytes, space, needs.rules(), Retention.GRACE, needs.clock());
        var reports = new ReportReader(
                needs.database(), (sha256, size) -> Channels.newInputStream(blobs.open(sha256, size)), needs.secrets());
        return new ArtifactFeature(
                artifacts,
                List.of(
                        new AgentBlobResource(blobs, needs.held()),
                        new ArtifactResource(artifacts),
                        new KeepResource(needs.database()),
                        new TestResource(needs.database())),
                List.of(
                        new Worker("artifact-retention", RETENTION, retention::step),
                        new Worker("test-reports", REPORTS, reports::step)));
    }
}

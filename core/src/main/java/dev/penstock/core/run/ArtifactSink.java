package dev.penstock.core.run;

import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.core.platform.ids.JobRunId;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Where published artifacts go; {@code artifact} implements it. Thread-safe. */
public interface ArtifactSink {

    /**
     * Makes artifacts visible in the transaction that ends the job: all of them, or none.
     *
     * @throws dev.penstock.core.platform.error.PenstockException INVALID when a blob is missing or a path is not allowed
     */
    void publish(Handle tx, JobRunId job, List<PublishedArtifact> artifacts);
}

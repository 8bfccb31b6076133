package dev.penstock.core.artifact;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.AgentWire;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.run.HeldAttempts;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** {@code /agent/v1/jobs/{id}/blobs/{sha256}}: agents bring and fetch the bytes of artifacts. */
final class AgentBlobResource implements Resource {
    private final Blobs blobs;
    private final HeldAttempts held;

    AgentBlobResource(Blobs blobs, HeldAttempts held) {
        this.blobs = blobs;
        this.held = held;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.put("/agent/v1/jobs/{id}/blobs/{sha256}", this::upload, Access.AGENT);
        routes.get("/agent/v1/jobs/{id}/blobs/{sha256}", this::fetch, Access.AGENT);
    }

    /** The body is asked for only when it is needed: an agent that waits for "100 Continue" sends no blob twice. */
    private void upload(Context ctx) {
        JobRunId job = held(ctx);
        boolean isNew =
                blobs.upload(job, ctx.pathParam("sha256"), ctx.req().getContentLengthLong(), ctx::bodyInputStream);
        ctx.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    }

    private void fetch(Context ctx) throws IOException {
        JobRunId job = held(ctx);
        // The agent checks the hash, which it has from the answer to its fetch.
        try (FileChannel channel = blobs.fetch(job, ctx.pathParam("sha256"))) {
            ctx.contentType("application/octet-stream");
            ctx.res().setContentLengthLong(channel.size());
            BlobCopy.copy(channel, 0, channel.size(), ctx.res().getOutputStream());
        }
    }

    private JobRunId held(Context ctx) {
        JobRunId job = AgentWire.job(ctx);
        held.requireLately(Caller.agent(ctx), job, AgentWire.attempt(ctx));
        return job;
    }
}

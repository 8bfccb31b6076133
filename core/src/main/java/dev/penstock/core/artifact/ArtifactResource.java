package dev.penstock.core.artifact;

import dev.penstock.core.artifact.ArtifactStore.Artifact;
import dev.penstock.core.artifact.ArtifactStore.Entry;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.ByteRange;
import dev.penstock.core.http.ETags;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/jobs/{id}/artifacts}: the files that a job published. */
final class ArtifactResource implements Resource {
    /** Nothing of a file runs in a browser, wherever the file came from. */
    static final String SANDBOX =
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

    private final Artifacts artifacts;

    ArtifactResource(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/jobs/{id}/artifacts", this::list, Access.VIEWER);
        routes.get("/api/v1/jobs/{id}/artifacts/<path>", this::file, Access.VIEWER);
        routes.get("/api/v1/jobs/{id}/artifacts.zip", this::zip, Access.VIEWER);
    }

    /** @param files null for a file, as {@code sha256} and {@code test} are for a folder */
    private record View(
            String name,
            String path,
            String kind,
            long size,
            @Nullable Long files,
            @Nullable String sha256,
            @Nullable Boolean test) {}

    private void list(Context ctx) {
        Paging paging = Paging.of(ctx);
        String folder = folder(ctx);
        var found = artifacts.list(job(ctx), folder, paging.after(text -> text), paging.limitAndOne());
        ctx.json(paging.page(found.stream().map(entry -> view(folder, entry)).toList(), View::name));
    }

    private static View view(String folder, Entry entry) {
        String path = folder.isEmpty() ? entry.name() : folder + "/" + entry.name();
        return entry.folder()
                ? new View(entry.name(), path, "FOLDER", entry.size(), entry.files(), null, null)
                : new View(entry.name(), path, "FILE", entry.size(), null, entry.sha256(), entry.test());
    }

    private void file(Context ctx) throws IOException {
        Artifact artifact = artifacts.find(job(ctx), ctx.pathParam("path"));
        ServedType type = ServedType.of(artifact.path());
        headers(ctx, type.mediaType(), type.disposition(artifact.path()));
        ctx.header("Accept-Ranges", "bytes");
        if (ETags.isKnown(ctx, artifact.sha256())) {
            return;
        }
        ByteRange range = ByteRange.of(range(ctx, artifact), artifact.size());
        try (FileChannel channel = artifacts.open(artifact)) {
            ctx.res().setContentLengthLong(range.length());
            if (!range.whole()) {
                ctx.status(HttpStatus.PARTIAL_CONTENT).header("Content-Range", range.contentRange(artifact.size()));
            }
            if (ctx.method().equals(HandlerType.HEAD)) {
                return;
            }
            OutputStream to = ctx.res().getOutputStream();
            if (range.whole()) {
                BlobCopy.copyChecked(channel, artifact.sha256(), to);
            } else {
                BlobCopy.copy(channel, range.from(), range.to(), to);
            }
        }
    }

    private static @Nullable String range(Context ctx, Artifact artifact) {
        String condition = ctx.header("If-Range");
        boolean same = condition == null || condition.equals("\"" + artifact.sha256() + "\"");
        return same ? ctx.header("Range") : null;
    }

    private void zip(Context ctx) throws IOException {
        JobRunId job = job(ctx);
        String folder = folder(ctx);
        var zip = ArtifactZip.of(artifacts, job, folder);
        String name = folder.isEmpty() ? "artifacts-" + job.value() : folder.substring(folder.lastIndexOf('/') + 1);
        headers(ctx, "application/zip", ServedType.disposition(name + ".zip", false));
        if (ctx.method().equals(HandlerType.HEAD)) {
            return;
        }
        zip.write(ctx.res().getOutputStream());
    }

    private static void headers(Context ctx, String mediaType, String disposition) {
        ctx.res().setCharacterEncoding(null);
        ctx.contentType(mediaType);
        ctx.header("Content-Disposition", disposition);
        ctx.header("Content-Security-Policy", SANDBOX);
        ctx.header("Cache-Control", "private, no-cache");
    }

    /** Empty for the root; without a slash at its end. */
    private static String folder(Context ctx) {
        String path = ctx.queryParam("path");
        if (path == null) {
            return "";
        }
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    static JobRunId job(Context ctx) {
        String text = ctx.pathParam("id");
        try {
            long id = Long.parseLong(text);
            if (id > 0) {
                return new JobRunId(id);
            }
        } catch (NumberFormatException _) {
            // Said below, in the same words as for a number that is not positive.
        }
        throw new PenstockException(
                ErrorCode.BAD_REQUEST, "\"id\" is \"" + text + "\", which is not a positive number");
    }
}

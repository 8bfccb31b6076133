package dev.penstock.core.artifact;

import dev.penstock.core.artifact.ArtifactStore.Artifact;
import dev.penstock.core.platform.ids.JobRunId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** A folder of artifacts as a zip, made while it is sent: it takes no room, whatever its size. */
final class ArtifactZip {
    private static final int PAGE = 1_000;

    private final Artifacts artifacts;
    private final JobRunId job;
    private final String folder;
    private final List<Artifact> first;

    private ArtifactZip(Artifacts artifacts, JobRunId job, String folder, List<Artifact> first) {
        this.artifacts = artifacts;
        this.job = job;
        this.folder = folder;
        this.first = first;
    }

    /**
     * Looks whether there is something to zip.
     *
     * @throws dev.penstock.core.platform.error.PenstockException NOT_FOUND, GONE
     */
    static ArtifactZip of(Artifacts artifacts, JobRunId job, String folder) {
        return new ArtifactZip(artifacts, job, folder, artifacts.below(job, folder, null, PAGE));
    }

    /** Names in the zip begin at the folder. */
    void write(OutputStream out) throws IOException {
        int cut = folder.isEmpty() ? 0 : folder.length() + 1;
        try (var zip = new ZipArchiveOutputStream(new Unclosed(out))) {
            // Packing what is often packed already is not worth the time; logs shrink to a tenth even so.
            zip.setLevel(Deflater.BEST_SPEED);
            zip.setUseZip64(Zip64Mode.AsNeeded);
            List<Artifact> page = first;
            while (!page.isEmpty()) {
                for (Artifact artifact : page) {
                    add(zip, artifact, cut);
                }
                String last = page.getLast().path();
                page = page.size() < PAGE ? List.of() : artifacts.below(job, folder, last, PAGE);
            }
            zip.finish();
        }
    }

    private void add(ZipArchiveOutputStream zip, Artifact artifact, int cut) throws IOException {
        var entry = new ZipArchiveEntry(artifact.path().substring(cut));
        entry.setSize(artifact.size());
        try (FileChannel channel = artifacts.open(artifact)) {
            zip.putArchiveEntry(entry);
            BlobCopy.copyChecked(channel, artifact.sha256(), zip);
            zip.closeArchiveEntry();
        }
    }

    /** The answer's stream belongs to the server; a failed zip must not look like one that is complete. */
    private static final class Unclosed extends OutputStream {
        private final OutputStream out;

        private Unclosed(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}

package dev.penstock.core.artifact;

import dev.penstock.core.artifact.BlobBytes.Received;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.disk.DurableFiles;
import dev.penstock.core.platform.disk.FreeSpace;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.JobRunId;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.OptionalLong;

/** Blobs: uploaded once whoever has them, checked by their hash, fetched by jobs. Thread-safe. */
final class Blobs {
    private static final long MEBIBYTE = 1L << 20;

    private final Database database;
    private final BlobBytes bytes;
    private final FreeSpace space;
    private final UploadLimits limits;
    private final JobUploads uploads = new JobUploads();

    Blobs(Database database, BlobBytes bytes, FreeSpace space, UploadLimits limits) {
        this.database = database;
        this.bytes = bytes;
        this.space = space;
        this.limits = limits;
    }

    /** Where an upload's bytes come from; asked only when they are needed. */
    @FunctionalInterface
    interface Source {
        InputStream open();
    }

    /**
     * Takes a blob. When it is there already nothing is read.
     *
     * @param announced how many bytes will come; -1 when it was not said
     * @return whether it is new
     * @throws PenstockException TOO_LARGE, STORAGE_FULL, or INVALID when the bytes are not those of the hash
     */
    boolean upload(JobRunId job, String sha256, long announced, Source source) {
        if (!BlobFolder.isHash(sha256)) {
            throw new PenstockException(
                    ErrorCode.BAD_REQUEST, "\"" + sha256 + "\" is not a SHA-256: it takes 64 digits of 0-9 a-f");
        }
        try {
            if (isThere(sha256)) {
                return false;
            }
            checkRoom(Math.max(announced, 0));
            checkLimits(job, Math.max(announced, 0));
            Received received = receive(job, source);
            try {
                if (!received.sha256().equals(sha256)) {
                    throw new PenstockException(
                            ErrorCode.INVALID,
                            "The bytes have the SHA-256 " + received.sha256() + " and not " + sha256
                                    + ": they were changed on the way, or the file changed while it was sent");
                }
                keep(received);
            } finally {
                bytes.discard(received);
            }
            uploads.add(job, received.length());
            return true;
        } catch (BrokenUpload _) {
            // Not the agent's mistake: the way broke, or the body stood waiting for a database that was away.
            throw new PenstockException(ErrorCode.UNAVAILABLE, "The upload ended early; send the file again");
        } catch (IOException e) {
            if (DurableFiles.isFull(e)) {
                throw full();
            }
            throw new UncheckedIOException("A blob cannot be stored", e);
        }
    }

    /** A row alone is not enough: bytes that were lost are uploaded again. */
    private boolean isThere(String sha256) throws IOException {
        Optional<BlobStore.Known> known = database.read(handle -> BlobStore.find(handle, sha256));
        if (known.isEmpty()) {
            return false;
        }
        OptionalLong size = database.inTransaction(tx -> BlobStore.touch(tx, sha256, known.get()));
        return size.isPresent() && size.equals(bytes.size(sha256));
    }

    private Received receive(JobRunId job, Source source) throws IOException {
        long[] nextLook = {64 * MEBIBYTE};
        try (InputStream in = new Upload(source.open())) {
            return bytes.receive(in, length -> {
                checkLimits(job, length);
                if (length >= nextLook[0]) {
                    nextLook[0] = length + 64 * MEBIBYTE;
                    checkRoom(0);
                }
            });
        }
    }

    /**
     * The row first, then the bytes to their place, in one transaction although it touches a file: the row's lock keeps
     * whoever deletes the same blob just now away from the new bytes (and a rename is quick).
     */
    private void keep(Received received) {
        database.useTransaction(tx -> {
            BlobStore.keep(tx, received.sha256(), received.length());
            try {
                bytes.keep(received);
            } catch (IOException e) {
                throw new UncheckedIOException("A blob cannot be moved to its place", e);
            }
        });
    }

    private void checkLimits(JobRunId job, long length) {
        if (length > limits.maxFileBytes()) {
            throw new PenstockException(
                    ErrorCode.TOO_LARGE,
                    "The file has more than " + limits.maxFileBytes() / MEBIBYTE
                            + " MiB, the most that this server takes (\"artifacts.file-max-mebibytes\")");
        }
        if (uploads.of(job) + length > limits.maxJobBytes()) {
            throw new PenstockException(
                    ErrorCode.TOO_LARGE,
                    "The files of the job have more than " + limits.maxJobBytes() / MEBIBYTE
                            + " MiB, the most that one job may publish (\"artifacts.job-max-mebibytes\")");
        }
    }

    private void checkRoom(long wanted) {
        if (space.bytes() - wanted < limits.minFreeBytes()) {
            throw full();
        }
    }

    private PenstockException full() {
        return new PenstockException(
                ErrorCode.STORAGE_FULL,
                "The server has no room for this file: it keeps " + limits.minFreeBytes() / MEBIBYTE
                        + " MiB free (\"artifacts.free-min-mebibytes\"). Delete artifacts or enlarge the disk; the upload"
                        + " can then be repeated");
    }

    /**
     * Opens a blob that a job may fetch: an artifact of its own run, or of one that it came from.
     *
     * @throws PenstockException NOT_FOUND for any other
     */
    FileChannel fetch(JobRunId job, String sha256) {
        OptionalLong size = BlobFolder.isHash(sha256)
                ? database.read(handle -> BlobStore.fetchable(handle, job, sha256))
                : OptionalLong.empty();
        return open(
                sha256,
                size.orElseThrow(() -> new PenstockException(
                        ErrorCode.NOT_FOUND, "There is no blob \"" + sha256 + "\" that this job may fetch")));
    }

    /** Opens a blob whose row was seen. */
    FileChannel open(String sha256, long size) {
        try {
            FileChannel channel = bytes.open(sha256).orElse(null);
            if (channel != null && channel.size() == size) {
                return channel;
            }
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A blob cannot be opened", e);
        }
        throw damaged(sha256);
    }

    static PenstockException damaged(String sha256) {
        return new PenstockException(
                ErrorCode.INTERNAL,
                "The file of blob " + sha256 + " is lost or damaged on the server's disk: restore the folder"
                        + " \"artifacts\" from a backup, or run the job again");
    }

    /** The other end broke off, which is no failure of this server's disk. */
    private static final class BrokenUpload extends IOException {
        private static final long serialVersionUID = 1L;

        private BrokenUpload(IOException cause) {
            super(cause);
        }
    }

    private static final class Upload extends FilterInputStream {
        private Upload(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                throw new BrokenUpload(e);
            }
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException e) {
                throw new BrokenUpload(e);
            }
        }
    }
}

package dev.penstock.core.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The bytes of blobs, wherever they are kept, known by their SHA-256 in lower-case hex. Nothing outside of an implementation
 * knows about paths. Which blobs there are is said by the database. Thread-safe.
 */
interface BlobBytes {

    /** Hears how much has come, and ends the upload by throwing. */
    @FunctionalInterface
    interface Progress {
        void received(long length);
    }

    /** Bytes that came and are on disk, and that nobody can read yet. */
    record Received(String name, String sha256, long length) {}

    /** A blob's bytes that lie here. */
    record Found(String sha256, long size) {}

    /** Takes bytes until the end of the stream; they are on disk when it returns, and gone when it throws. */
    Received receive(InputStream in, Progress progress) throws IOException;

    /** Makes bytes that came the blob of their hash, at once and for good. */
    void keep(Received received) throws IOException;

    void discard(Received received) throws IOException;

    /** How long a blob is; empty when it is not here. */
    OptionalLong size(String sha256) throws IOException;

    /** Opens a blob; empty when it is not here. */
    Optional<FileChannel> open(String sha256) throws IOException;

    void delete(String sha256) throws IOException;

    /** Deletes what uploads left behind that never ended. */
    void sweepIncoming(Instant now) throws IOException;

    /** Goes through all blobs that have not been written since a time. */
    void forEach(Instant before, Consumer<Found> found) throws IOException;
}

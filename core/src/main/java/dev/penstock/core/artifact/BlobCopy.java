package dev.penstock.core.artifact;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Copies bytes of blobs to clients. */
final class BlobCopy {
    private static final int BUFFER = 128 * 1024;

    private BlobCopy() {}

    /** Copies a part as it is. */
    static void copy(FileChannel from, long begin, long end, OutputStream to) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(1, end - begin))];
        for (long at = begin; at < end; ) {
            int count = read(from, at, buffer, end - at);
            to.write(buffer, 0, count);
            at += count;
        }
    }

    /**
     * Copies a whole blob and checks its hash on the way. The last piece is sent only when the hash is right, so a client
     * never takes a damaged file for a good one: its transfer ends early.
     *
     * @throws IOException also when the blob is damaged
     */
    static void copyChecked(FileChannel from, String sha256, OutputStream to) throws IOException {
        long end = from.size();
        byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(1, end))];
        MessageDigest digest = Digests.sha256();
        long at = 0;
        while (at < end) {
            int count = read(from, at, buffer, end - at);
            digest.update(buffer, 0, count);
            at += count;
            if (at == end) {
                check(digest, sha256);
            }
            to.write(buffer, 0, count);
        }
        if (end == 0) {
            check(digest, sha256);
        }
    }

    private static void check(MessageDigest digest, String sha256) throws IOException {
        if (!HexFormat.of().formatHex(digest.digest()).equals(sha256)) {
            throw new IOException("Blob " + sha256 + " is damaged on the server's disk");
        }
    }

    private static int read(FileChannel from, long at, byte[] buffer, long most) throws IOException {
        int count = from.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, most)), at);
        if (count <= 0) {
            throw new EOFException("A blob ends early");
        }
        return count;
    }
}

package dev.penstock.agent.server;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What comes over a connection, by lines and by bytes. Used by one thread; a buffered stream locks for each byte. */
final class HttpInput {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final InputStream from;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;

    HttpInput(InputStream from) {
        this.from = from;
    }

    /** Waits until there is a byte to read; false when the stream ends instead. */
    boolean awaitByte() throws IOException {
        while (at == end) {
            at = 0;
            end = 0;
            int read = from.read(buffer, 0, buffer.length);
            if (read < 0) {
                return false;
            }
            end = read;
        }
        return true;
    }

    /** The bytes up to the next line feed, without it, each as a character; null when there are more than {@code most}. */
    @Nullable
    String line(int most) throws IOException {
        StringBuilder begun = null;
        while (awaitByte()) {
            int feed = at;
            while (feed < end && buffer[feed] != '\n') {
                feed++;
            }
            var part = new String(buffer, at, feed - at, StandardCharsets.ISO_8859_1);
            boolean whole = feed < end;
            at = whole ? feed + 1 : feed;
            if (part.length() + (begun == null ? 0 : begun.length()) > most) {
                return null;
            }
            if (whole) {
                return begun == null ? part : begun.append(part).toString();
            }
            begun = (begun == null ? new StringBuilder() : begun).append(part);
        }
        throw new EOFException("The connection was closed within an answer");
    }

    /** Reads into {@code into}, as much as there is, at least one byte; -1 at the end. Large pieces are not copied twice. */
    int read(byte[] into, int offset, int length) throws IOException {
        if (at == end && length >= buffer.length) {
            return from.read(into, offset, length);
        }
        if (!awaitByte()) {
            return -1;
        }
        int part = Math.min(length, end - at);
        System.arraycopy(buffer, at, into, offset, part);
        at += part;
        return part;
    }

    /** Everything up to the end of the stream. */
    void transferTo(OutputStream to) throws IOException {
        while (awaitByte()) {
            to.write(buffer, at, end - at);
            at = end;
        }
    }
}

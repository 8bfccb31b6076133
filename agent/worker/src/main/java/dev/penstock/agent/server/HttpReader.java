package dev.penstock.agent.server;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Reads answers of HTTP/1.1: status, headers, and a body with a length, in chunks, or up to the end. */
final class HttpReader {
    private static final int MAX_HEAD_BYTES = 16 * 1024;

    /** An answer that is not written to a file is one document of the protocol. */
    private static final int MAX_BODY_BYTES = 8 << 20;

    private static final int BUFFER_BYTES = 64 * 1024;

    private final HttpInput in;
    private int headBytes;
    /** Of a status line that was read and is not dealt with yet; 0 when there is none. */
    private int status;

    HttpReader(HttpInput in) {
        this.in = in;
    }

    /** @param length of the body; -1 when it is in chunks, -2 when it ends with the connection */
    record Head(int status, long length, boolean keepsOpen, int retryAfterSeconds) {}

    /** Waits until there is something to read; an {@link EOFException} when the connection ends instead. */
    void awaitFirstByte() throws IOException {
        if (!in.awaitByte()) {
            throw new EOFException("The connection was closed");
        }
    }

    /** Whether the answer that has begun only says that the body may be sent; any other is left for {@link #head}. */
    boolean isContinue() throws IOException {
        status = statusLine();
        if (status != 100) {
            return false;
        }
        status = 0;
        skipHeaders();
        return true;
    }

    /** Status and headers of the final answer; those that only announce it are passed over. */
    Head head() throws IOException {
        int status = this.status == 0 ? statusLine() : this.status;
        this.status = 0;
        while (status < 200) {
            skipHeaders();
            status = statusLine();
        }
        long length = -2;
        boolean chunked = false;
        boolean close = false;
        int retryAfter = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new IOException("The answer has a broken header");
            }
            if (isNamed(line, colon, "content-length")) {
                length = number(value(line, colon), Long.MAX_VALUE);
            } else if (isNamed(line, colon, "transfer-encoding")) {
                chunked = value(line, colon).equalsIgnoreCase("chunked");
            } else if (isNamed(line, colon, "connection")) {
                close = value(line, colon).equalsIgnoreCase("close");
            } else if (isNamed(line, colon, "retry-after")) {
                retryAfter = retryAfter(value(line, colon));
            }
        }
        if (chunked) {
            length = -1;
        } else if (status == 204 || status == 304) {
            length = 0;
        }
        return new Head(status, length, !close && length != -2, retryAfter);
    }

    private static boolean isNamed(String line, int colon, String name) {
        return colon == name.length() && line.regionMatches(true, 0, name, 0, colon);
    }

    private static String value(String line, int colon) {
        return line.substring(colon + 1).strip();
    }

    /** The body, whole or, when there is a place for it, piece by piece into that. */
    byte[] body(Head head, @Nullable OutputStream into) throws IOException {
        var memory = new ByteArrayOutputStream(head.length() > 0 ? (int) Math.min(head.length(), 8192) : 512);
        OutputStream to = into == null ? new Bounded(memory) : into;
        if (head.length() >= 0) {
            copy(head.length(), to);
        } else if (head.length() == -1) {
            for (long chunk = chunkLength(); chunk > 0; chunk = chunkLength()) {
                copy(chunk, to);
                if (!line().isEmpty()) {
                    throw new IOException("The answer has a broken chunk");
                }
            }
            skipHeaders();
        } else {
            in.transferTo(to);
        }
        return memory.toByteArray();
    }

    private int statusLine() throws IOException {
        headBytes = 0;
        String line = line();
        if (!line.startsWith("HTTP/1.") || line.length() < 12) {
            throw new IOException("The answer is not HTTP: \"" + line.substring(0, Math.min(60, line.length())) + "\"");
        }
        return (int) number(line.substring(9, 12), 999);
    }

    private void skipHeaders() throws IOException {
        String line = line();
        while (!line.isEmpty()) {
            line = line();
        }
    }

    private void copy(long length, OutputStream to) throws IOException {
        var buffer = new byte[(int) Math.min(length, BUFFER_BYTES)];
        long left = length;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new EOFException("The answer ended " + left + " bytes early");
            }
            to.write(buffer, 0, read);
            left -= read;
        }
    }

    private long chunkLength() throws IOException {
        headBytes = 0;
        String line = line();
        int end = line.indexOf(';');
        try {
            long length = Long.parseLong((end < 0 ? line : line.substring(0, end)).strip(), 16);
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new IOException("The answer has a broken chunk");
    }

    private String line() throws IOException {
        String line = in.line(MAX_HEAD_BYTES - headBytes);
        if (line == null) {
            throw new IOException("The answer's head has more than " + MAX_HEAD_BYTES + " bytes");
        }
        headBytes += line.length() + 1;
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    private static long number(String text, long most) throws IOException {
        try {
            long value = Long.parseLong(text);
            if (value >= 0 && value <= most) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new IOException("The answer has a broken number");
    }

    /** Seconds only; a date is as good as nothing. */
    private static int retryAfter(String value) {
        try {
            return Math.clamp(Long.parseLong(value), 0, 3600);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** Stops an answer that has no end. */
    private static final class Bounded extends OutputStream {
        private final ByteArrayOutputStream to;

        Bounded(ByteArrayOutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (to.size() + length > MAX_BODY_BYTES) {
                throw new IOException("The answer has more than " + MAX_BODY_BYTES + " bytes");
            }
            to.write(bytes, offset, length);
        }
    }
}

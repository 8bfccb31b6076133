package dev.penstock.agent.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads answers of HTTP/1.1: status, headers, and a body with a length, in chunks, or up to the end. */
final class HttpReader {
    static final int MAX_HEAD_BYTES = 16 * 1024;

    /** An answer that is not written to a file is one document of the protocol. */
    private static final int MAX_BODY_BYTES = 8 << 20;

    private static final int BUFFER_BYTES = 64 * 1024;

    private final BufferedInputStream in;
    private int headBytes;

    HttpReader(BufferedInputStream in) {
        this.in = in;
    }

    /** @param length of the body; -1 when it is in chunks, -2 when it ends with the connection */
    record Head(int status, long length, boolean keepsOpen, int retryAfterSeconds) {}

    /** Waits until there is something to read; an {@link EOFException} when the connection ends instead. */
    void awaitFirstByte() throws IOException {
        in.mark(1);
        if (in.read() < 0) {
            throw new EOFException("The connection was closed");
        }
        in.reset();
    }

    /** Status and headers of the final answer; those that only announce it are passed over. */
    Head head() throws IOException {
        int status = statusLine();
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
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> length = number(value, Long.MAX_VALUE);
                case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
                case "connection" -> close = value.equalsIgnoreCase("close");
                case "retry-after" -> retryAfter = retryAfter(value);
                default -> {}
            }
        }
        if (chunked) {
            length = -1;
        } else if (status == 204 || status == 304) {
            length = 0;
        }
        return new Head(status, length, !close && length != -2, retryAfter);
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

    int statusLine() throws IOException {
        headBytes = 0;
        String line = line();
        if (!line.startsWith("HTTP/1.") || line.length() < 12) {
            throw new IOException("The answer is not HTTP: \"" + line.substring(0, Math.min(60, line.length())) + "\"");
        }
        return (int) number(line.substring(9, 12), 999);
    }

    void skipHeaders() throws IOException {
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
        var line = new ByteArrayOutputStream(128);
        int c = in.read();
        while (c >= 0 && c != '\n') {
            if (++headBytes > MAX_HEAD_BYTES) {
                throw new IOException("The answer's head has more than " + MAX_HEAD_BYTES + " bytes");
            }
            line.write(c);
            c = in.read();
        }
        if (c < 0) {
            throw new EOFException("The connection was closed within an answer");
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
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

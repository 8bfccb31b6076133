package dev.penstock.agent.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request to the server.
 *
 * @param target path and query
 * @param body null for none
 * @param silence how long the server may say nothing before the request is given up
 */
record Request(String method, String target, @Nullable Body body, Duration silence) {

    /** Bytes that can be written again when a connection breaks. */
    interface Body {
        String contentType();

        long length();

        void writeTo(OutputStream out) throws IOException;
    }

    static Body json(byte[] json) {
        return new Bytes("application/json", json, 0, json.length);
    }

    static Body bytes(byte[] bytes, int offset, int length) {
        return new Bytes("application/octet-stream", bytes, offset, length);
    }

    static Body file(Path file) throws IOException {
        return new File(file, Files.size(file));
    }

    @SuppressWarnings("ArrayRecordComponent") // equality is never asked of a body
    private record Bytes(String contentType, byte[] bytes, int offset, int length0) implements Body {
        @Override
        public long length() {
            return length0;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes, offset, length0);
        }
    }

    /** A file, which must not change its size meanwhile. */
    private record File(Path file, long length) implements Body {
        private static final int BUFFER_BYTES = 128 * 1024;

        @Override
        public String contentType() {
            return "application/octet-stream";
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            var buffer = new byte[BUFFER_BYTES];
            long left = length;
            try (var in = Files.newInputStream(file)) {
                while (left > 0) {
                    int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                    if (read < 0) {
                        throw new IOException("\"" + file + "\" became shorter while it was sent");
                    }
                    out.write(buffer, 0, read);
                    left -= read;
                }
            }
        }
    }
}

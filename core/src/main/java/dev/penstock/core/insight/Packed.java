package dev.penstock.core.insight;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A large text, kept as what most clients want of it: packed by gzip. */
final class Packed {
    private final byte[] gzip;

    private Packed(byte[] gzip) {
        this.gzip = gzip;
    }

    /** The packed bytes; not to be changed. */
    byte[] gzip() {
        return gzip;
    }

    /** The bytes as they were. */
    byte[] plain() {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the text piece by piece. */
    static final class Packing {
        /** Half a kilobyte for each of some hundred pipelines; it grows. */
        private static final int FIRST_BYTES = 64 * 1024;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(FIRST_BYTES);
        private final GZIPOutputStream out;

        Packing() {
            try {
                out = new Quick(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Packs in half the time of the usual level, to a third more bytes. */
        private static final class Quick extends GZIPOutputStream {
            private static final int LEVEL = 3;

            Quick(OutputStream out) throws IOException {
                super(out, FIRST_BYTES);
                def.setLevel(LEVEL);
            }
        }

        void add(String text) {
            try {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Packed done() {
            try {
                out.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Packed(bytes.toByteArray());
        }
    }
}

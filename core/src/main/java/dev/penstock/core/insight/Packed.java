package dev.penstock.core.insight;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A large text as what most clients want of it: packed by gzip. Made of parts that are packed by themselves, so that a
 * text of which little has changed is packed again in little time: packing costs more than all else about it.
 */
final class Packed {
    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    /** An empty last block (RFC 1951, 3.2.3): the parts before it are blocks that are not the last. */
    private static final byte[] END = {0x03, 0x00};

    private final List<Part> parts;
    private final byte[] gzip;

    private Packed(List<Part> parts, byte[] gzip) {
        this.parts = parts;
        this.gzip = gzip;
    }

    /** A piece of text, packed so that it refers to nothing outside of it and ends with a whole byte. */
    static final class Part {
        private static final int BUFFER = 8 * 1024;

        private final byte[] plain;
        private final byte[] deflated;

        Part(String text) {
            plain = text.getBytes(StandardCharsets.UTF_8);
            deflated = deflated(plain);
        }

        private static byte[] deflated(byte[] plain) {
            try (var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
                deflater.setInput(plain);
                var out = new ByteArrayOutputStream(plain.length / 8 + 64);
                byte[] buffer = new byte[BUFFER];
                int count;
                do {
                    count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
                    out.write(buffer, 0, count);
                } while (count == buffer.length);
                return out.toByteArray();
            }
        }
    }

    static Packed of(List<Part> parts) {
        var crc = new CRC32();
        int plainLength = 0;
        int length = GZIP_HEADER.length + END.length + 2 * Integer.BYTES;
        for (Part part : parts) {
            crc.update(part.plain);
            plainLength += part.plain.length;
            length += part.deflated.length;
        }
        ByteBuffer out =
                ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN).put(GZIP_HEADER);
        parts.forEach(part -> out.put(part.deflated));
        out.put(END).putInt((int) crc.getValue()).putInt(plainLength);
        return new Packed(List.copyOf(parts), out.array());
    }

    /** The packed bytes; not to be changed. */
    byte[] gzip() {
        return gzip;
    }

    /** The text in UTF-8. */
    byte[] plain() {
        var out = new ByteArrayOutputStream();
        parts.forEach(part -> out.writeBytes(part.plain));
        return out.toByteArray();
    }
}

package dev.penstock.core.console;

import dev.penstock.core.console.ConsoleBytes.Opened;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Finds where the last lines begin, from the end backwards, so that a long console costs no more than a short one. */
final class ConsoleTail {
    static final int MOST_LINES = 10_000;

    /** No page needs more; lines longer than agents write them are cut here. */
    static final int MOST_BYTES = 4 << 20;

    private static final int BLOCK = 64 * 1024;

    private ConsoleTail() {}

    /** The offset at which the last {@code lines} lines of the first {@code length} bytes begin. */
    static long begin(Opened opened, long length, int lines) throws IOException {
        byte[] block = new byte[BLOCK];
        long least = Math.max(0, length - MOST_BYTES);
        int seen = 0;
        long at = length;
        while (at > least) {
            int count = (int) Math.min(BLOCK, at - least);
            at -= count;
            fill(opened, at, block, count);
            for (int i = count - 1; i >= 0; i--) {
                // The line feed at the very end ends the last line and begins none.
                if (block[i] == '\n' && at + i < length - 1 && ++seen == lines) {
                    return at + i + 1;
                }
            }
        }
        return least == 0 ? 0 : characterAfter(opened, least);
    }

    private static long characterAfter(Opened opened, long offset) throws IOException {
        byte[] few = new byte[4];
        fill(opened, offset, few, few.length);
        int skip = 0;
        while (skip < 3 && (few[skip] & 0xC0) == 0x80) {
            skip++;
        }
        return offset + skip;
    }

    private static void fill(Opened opened, long offset, byte[] into, int count) throws IOException {
        int done = 0;
        while (done < count) {
            int more = opened.read(offset + done, ByteBuffer.wrap(into, done, count - done));
            if (more <= 0) {
                throw new IOException("A console is shorter than it was");
            }
            done += more;
        }
    }
}

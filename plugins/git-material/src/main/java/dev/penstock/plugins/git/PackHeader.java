package dev.penstock.plugins.git;

/**
 * Finds the beginning of a pack in a stream, which says how many objects follow; JGit makes room for all of them before it
 * asks anybody. Used by one thread.
 */
final class PackHeader {
    private static final byte[] START = {'P', 'A', 'C', 'K', 0, 0, 0, 2};
    private static final int COUNT_BYTES = 4;

    private int matched;
    private int counted;
    private long objects;

    /** Looks at the next bytes. */
    void see(byte[] buffer, int offset, int length) {
        for (int i = offset; i < offset + length && counted < COUNT_BYTES; i++) {
            int b = buffer[i];
            if (matched < START.length) {
                // No prefix of the start comes again within it, so a mismatch can only begin anew.
                matched = b == START[matched] ? matched + 1 : b == START[0] ? 1 : 0;
            } else {
                objects = objects << 8 | (b & 0xFF);
                counted++;
            }
        }
    }

    /** How many objects the pack says that it has; 0 as long as none was seen. */
    long objects() {
        return counted == COUNT_BYTES ? objects : 0;
    }
}

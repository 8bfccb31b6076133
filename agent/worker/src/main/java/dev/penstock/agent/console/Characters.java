package dev.penstock.agent.console;

/** Where UTF-8 may be cut. */
final class Characters {
    private Characters() {}

    /** How many of the bytes are at most {@code most} and do not end inside a character. */
    static int cut(byte[] bytes, int offset, int length, int most) {
        if (length <= most) {
            return length;
        }
        int end = most;
        while (end > 0 && most - end < 3 && (bytes[offset + end] & 0xC0) == 0x80) {
            end--;
        }
        // What is not UTF-8 is cut anywhere.
        return (bytes[offset + end] & 0xC0) == 0x80 ? most : end;
    }
}

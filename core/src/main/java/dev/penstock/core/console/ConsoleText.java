package dev.penstock.core.console;

/** Where bytes may be cut so that the text stays whole. */
final class ConsoleText {
    private ConsoleText() {}

    /**
     * How many of the first {@code count} bytes to take so that no UTF-8 character is cut; bytes that are no UTF-8 are taken
     * as they are. 0 when there is only the beginning of a character.
     */
    static int wholeCharacters(byte[] bytes, int count) {
        for (int back = 1; back <= Math.min(3, count); back++) {
            int value = bytes[count - back] & 0xFF;
            if ((value & 0xC0) == 0x80) {
                continue;
            }
            int needed = value >= 0xF0 && value <= 0xF4 ? 4 : value >= 0xE0 ? 3 : value >= 0xC2 ? 2 : 1;
            return value <= 0xF4 && needed > back ? count - back : count;
        }
        return count;
    }
}

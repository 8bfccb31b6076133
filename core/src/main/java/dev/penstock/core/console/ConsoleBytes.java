package dev.penstock.core.console;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of consoles, wherever they are kept. Nothing outside of an implementation knows about paths. Thread-safe, also
 * towards other servers that use the same place.
 */
interface ConsoleBytes {

    /**
     * Adds bytes that begin at an offset. What stands there already is passed over; nothing is added beyond the end, nor
     * to a console that is packed.
     *
     * @param limit the most that is kept; the rest of the bytes is dropped
     * @return the length after it
     */
    long append(ConsoleId id, long offset, ByteBuffer bytes, long limit) throws IOException;

    /** Writes over bytes that are there. */
    void overwrite(ConsoleId id, long offset, ByteBuffer bytes) throws IOException;

    /** How many bytes there are; 0 when there is no such console. */
    long length(ConsoleId id) throws IOException;

    /** Puts all bytes on disk, so that they are found again after a loss of power. */
    Flushed flush(ConsoleId id) throws IOException;

    /** Puts bytes on disk while more are added, so that {@link #flush} has less to do; how many there were. */
    long flushAhead(ConsoleId id) throws IOException;

    /** Forgets the bytes from an offset on, if there are more, of a console that is not packed. */
    void cut(ConsoleId id, long length) throws IOException;

    /** Deletes all bytes; harmless when there are none. */
    void delete(ConsoleId id) throws IOException;

    /** Opens for reading; a console without bytes reads as an empty one. */
    Opened open(ConsoleId id) throws IOException;

    /** Packs a console to which nothing is added any more; harmless when it is packed. */
    Packed pack(ConsoleId id) throws IOException;

    /**
     * What is on disk.
     *
     * @param sha256 of all of it, when it is so short that it need not be packed; null otherwise
     */
    record Flushed(long length, @Nullable String sha256) {}

    /** What packing found. */
    record Packed(long length, String sha256) {}

    /** A console open for reading. One thread at a time. */
    interface Opened extends Closeable {

        /** How many bytes can be read now; an open console grows. */
        long length() throws IOException;

        /** Reads from an offset on; how many bytes came, 0 at the end. */
        int read(long offset, ByteBuffer into) throws IOException;
    }
}

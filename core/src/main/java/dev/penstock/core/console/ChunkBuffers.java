package dev.penstock.core.console;

import dev.penstock.agent.protocol.Protocol;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Memory for chunks on their way from the network to the disk. A new megabyte for each chunk made the collector run for a
 * fifth of the time. Thread-safe.
 */
final class ChunkBuffers {
    /** Chunks are read and written by processors; more at a time than this are rare, and get memory of their own. */
    private static final int KEPT = 4;

    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(KEPT);

    /** Memory of the length of a chunk; what is in it is anything. */
    byte[] take() {
        byte[] kept = free.poll();
        return kept == null ? new byte[Protocol.MAX_CONSOLE_CHUNK_BYTES] : kept;
    }

    /** Nothing of it is used any more. */
    void giveBack(byte[] buffer) {
        free.offer(buffer);
    }
}

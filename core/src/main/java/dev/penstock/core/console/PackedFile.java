package dev.penstock.core.console;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.penstock.core.console.ConsoleBytes.Opened;
import dev.penstock.core.console.ConsoleBytes.Packed;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A packed console: frames of zstd, each of 1 MiB of text, so that any range is read by unpacking what it touches. The file
 * is in the seekable format of zstd: {@code zstd -d} unpacks it, and a skippable frame at its end is the index of frames.
 * One more skippable frame, before the index, holds the SHA-256 of the text.
 */
final class PackedFile implements Opened {
    /** Large enough to pack well and small enough that the last page is there at once (0.3 ms to unpack). */
    static final int FRAME = 1 << 20;

    /** Level 1 packs logs as fast as a disk writes; higher levels save a tenth and cost twice the time. */
    private static final int LEVEL = 1;

    private static final int SKIPPABLE_HASH = 0x184D2A50;
    private static final int SKIPPABLE_INDEX = 0x184D2A5E;
    private static final int SEEKABLE = 0x8F92EAB1;
    private static final int HASH_BYTES = 32;
    private static final int HASH_FRAME = 8 + HASH_BYTES;
    private static final int FOOTER = 9;
    private static final int ENTRY = 8;

    private final FileChannel channel;
    private final long length;
    private final int[] packedSizes;
    private final long[] packedOffsets;
    private final String sha256;
    private final byte[] packed;
    private final byte[] frame;
    private int frameIndex = -1;

    private PackedFile(FileChannel channel, long length, int[] packedSizes, String sha256) {
        this.channel = channel;
        this.length = length;
        this.packedSizes = packedSizes;
        this.packedOffsets = new long[packedSizes.length];
        int largest = 0;
        for (int i = 1; i < packedSizes.length; i++) {
            packedOffsets[i] = packedOffsets[i - 1] + packedSizes[i - 1];
        }
        for (int size : packedSizes) {
            largest = Math.max(largest, size);
        }
        this.packed = new byte[largest];
        this.frame = new byte[(int) Math.min(FRAME, length)];
        this.sha256 = sha256;
    }

    /** Packs everything between two channels; the memory it takes does not depend on the length. */
    static Packed write(FileChannel from, FileChannel into) throws IOException {
        MessageDigest digest = sha256();
        byte[] text = new byte[FRAME];
        byte[] packed = new byte[Math.toIntExact(Zstd.compressBound(FRAME))];
        long length = from.size();
        int frames = Math.toIntExact((length + FRAME - 1) / FRAME);
        ByteBuffer index = little(8 + frames * ENTRY + FOOTER);
        index.putInt(SKIPPABLE_INDEX).putInt(frames * ENTRY + FOOTER);
        try (var context = new ZstdCompressCtx()) {
            context.setLevel(LEVEL).setChecksum(true);
            for (long offset = 0; offset < length; offset += FRAME) {
                int textBytes = (int) Math.min(FRAME, length - offset);
                readFully(from, offset, ByteBuffer.wrap(text, 0, textBytes));
                digest.update(text, 0, textBytes);
                int packedBytes = context.compressByteArray(packed, 0, packed.length, text, 0, textBytes);
                writeFully(into, ByteBuffer.wrap(packed, 0, packedBytes));
                index.putInt(packedBytes).putInt(textBytes);
            }
        }
        byte[] hash = digest.digest();
        writeFully(
                into,
                little(HASH_FRAME)
                        .putInt(SKIPPABLE_HASH)
                        .putInt(HASH_BYTES)
                        .put(hash)
                        .flip());
        writeFully(into, index.putInt(frames).put((byte) 0).putInt(SEEKABLE).flip());
        return new Packed(length, HexFormat.of().formatHex(hash));
    }

    static PackedFile open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return open(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e instanceof IOException io ? io : new IOException("A packed console is damaged: " + file, e);
        }
    }

    private static PackedFile open(FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer footer = little(FOOTER);
        readFully(channel, size - FOOTER, footer);
        int frames = footer.getInt(0);
        long indexBytes = 8L + (long) frames * ENTRY + FOOTER;
        if (footer.getInt(5) != SEEKABLE || frames < 0 || size < indexBytes + HASH_FRAME) {
            throw new IOException("A packed console has no index");
        }
        ByteBuffer tail = little(HASH_FRAME + Math.toIntExact(indexBytes));
        readFully(channel, size - tail.capacity(), tail);
        byte[] hash = new byte[HASH_BYTES];
        tail.flip().position(8).get(hash).position(HASH_FRAME + 8);
        int[] packedSizes = new int[frames];
        long length = 0;
        long packedLength = 0;
        for (int i = 0; i < frames; i++) {
            packedSizes[i] = tail.getInt();
            int text = tail.getInt();
            if (packedSizes[i] <= 0 || text <= 0 || text > FRAME || (text < FRAME && i < frames - 1)) {
                throw new IOException("A packed console has a damaged index");
            }
            length += text;
            packedLength += packedSizes[i];
        }
        if (packedLength != size - tail.capacity()) {
            throw new IOException("A packed console is not as long as its index says");
        }
        return new PackedFile(channel, length, packedSizes, HexFormat.of().formatHex(hash));
    }

    Packed facts() {
        return new Packed(length, sha256);
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
        if (offset >= length || !into.hasRemaining()) {
            return 0;
        }
        unpack((int) (offset / FRAME));
        int within = (int) (offset % FRAME);
        int count = Math.min(into.remaining(), textBytes(frameIndex) - within);
        into.put(frame, within, count);
        return count;
    }

    private int textBytes(int index) {
        return (int) Math.min(FRAME, length - (long) index * FRAME);
    }

    private void unpack(int index) throws IOException {
        if (index == frameIndex) {
            return;
        }
        frameIndex = -1;
        readFully(channel, packedOffsets[index], ByteBuffer.wrap(packed, 0, packedSizes[index]));
        int unpacked;
        try (var context = new ZstdDecompressCtx()) {
            unpacked = context.decompressByteArray(frame, 0, frame.length, packed, 0, packedSizes[index]);
        } catch (ZstdException e) {
            throw new IOException("A packed console is damaged", e);
        }
        if (unpacked != textBytes(index)) {
            throw new IOException("A packed console is damaged");
        }
        frameIndex = index;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static void readFully(FileChannel channel, long offset, ByteBuffer into) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int count = at < 0 ? -1 : channel.read(into, at);
            if (count < 0) {
                throw new EOFException("A console's file ends early");
            }
            at += count;
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            channel.write(from);
        }
    }

    private static ByteBuffer little(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.penstock.core.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.testing.Eventually;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleFlushesTest {
    private static final ConsoleId ID = new ConsoleId(new JobRunId(7), 1);
    private static final int MEBIBYTE = 1 << 20;

    @TempDir
    Path root;

    private final AtomicInteger flushes = new AtomicInteger();
    private final AtomicBoolean broken = new AtomicBoolean();
    private ConsoleBytes bytes;
    private ConsoleFlushes on;

    @BeforeEach
    void open() throws IOException {
        bytes = new BreakingDisk(new ConsoleFolder(root, Instant.now()), flushes, broken);
        on = new ConsoleFlushes(bytes);
    }

    @Test
    void aLongConsoleIsPutOnDiskWhileItGrows() throws IOException {
        print(15 * MEBIBYTE);
        assertThat(flushes).hasValue(0);

        print(MEBIBYTE);

        Eventually.until(() -> flushes.get() == 1);
    }

    @Test
    void whatIsOnDiskIsNotPutThereAgain() throws IOException {
        print(100);
        on.flush(ID);

        assertThat(on.close(ID).length()).isEqualTo(100);
        assertThat(flushes).hasValue(1);
    }

    @Test
    void whatCameLaterIsPutThereWhenItEnds() throws IOException {
        print(100);
        on.flush(ID);
        print(100);

        assertThat(on.close(ID).length()).isEqualTo(200);
        assertThat(flushes).hasValue(2);
    }

    @Test
    void whatTheDiskLostIsNotCountedAsThere() throws IOException {
        print(100);
        on.flush(ID);
        print(50);
        broken.set(true);

        assertThatThrownBy(() -> on.flush(ID)).isInstanceOf(IOException.class);
        broken.set(false);

        assertThat(bytes.length(ID)).as("the agent sends from here on again").isEqualTo(100);
    }

    private void print(int count) throws IOException {
        long length = bytes.length(ID);
        on.grew(ID, bytes.append(ID, length, ByteBuffer.allocate(count), Long.MAX_VALUE));
    }

    /** A folder on a disk that can break. */
    private record BreakingDisk(ConsoleBytes folder, AtomicInteger flushes, AtomicBoolean broken)
            implements ConsoleBytes {
        @Override
        public Flushed flush(ConsoleId id) throws IOException {
            flushes.incrementAndGet();
            if (broken.get()) {
                throw new IOException("Input/output error");
            }
            return folder.flush(id);
        }

        @Override
        public long flushAhead(ConsoleId id) throws IOException {
            flushes.incrementAndGet();
            return folder.flushAhead(id);
        }

        @Override
        public long append(ConsoleId id, long offset, ByteBuffer more, long limit) throws IOException {
            return folder.append(id, offset, more, limit);
        }

        @Override
        public void overwrite(ConsoleId id, long offset, ByteBuffer other) throws IOException {
            folder.overwrite(id, offset, other);
        }

        @Override
        public long length(ConsoleId id) throws IOException {
            return folder.length(id);
        }

        @Override
        public void cut(ConsoleId id, long length) throws IOException {
            folder.cut(id, length);
        }

        @Override
        public void delete(ConsoleId id) throws IOException {
            folder.delete(id);
        }

        @Override
        public Opened open(ConsoleId id) throws IOException {
            return folder.open(id);
        }

        @Override
        public Packed pack(ConsoleId id) throws IOException {
            return folder.pack(id);
        }
    }
}

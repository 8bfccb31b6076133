package dev.penstock.plugins.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTest {
    private static final byte[] PACK = {'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 1, 0, 5};

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 100})
    void countOfAPackIsFoundHoweverTheStreamIsCut(int step) throws Exception {
        var stream = new ByteArrayOutputStream();
        stream.write("001dPAPACKnak, PACK of talk\n0010\1".getBytes(StandardCharsets.US_ASCII));
        stream.write(PACK);
        stream.write(new byte[20]);
        byte[] bytes = stream.toByteArray();
        var header = new PackHeader();

        for (int i = 0; i < bytes.length; i += step) {
            header.see(bytes, i, Math.min(step, bytes.length - i));
        }

        assertThat(header.objects()).isEqualTo((1 << 16) + 5);
    }

    @Test
    void streamWithoutAPackHasNoCount() {
        var header = new PackHeader();

        header.see(new byte[1_000], 0, 1_000);
        header.see(PACK, 0, 10);

        assertThat(header.objects()).isZero();
    }

    @Test
    void packOfVeryManyObjectsIsLeftBeforeItIsRead() {
        var traffic = new Traffic(new Traffic.Budget(Long.MAX_VALUE, Size.SMALL));
        byte[] pack = PACK.clone();
        pack[8] = 1;
        var stream = traffic.counted(new ByteArrayInputStream(pack));

        assertThatThrownBy(() -> stream.readAllBytes()).isInstanceOf(IOException.class);
        assertThat(traffic.exceeded()).hasValueSatisfying(why -> assertThat(why).contains("objects"));
    }

    @Test
    void largeListsOnDiskAreNotReadHere(@TempDir Path git) throws Exception {
        Path packs = Files.createDirectories(git.resolve("objects/pack"));
        assertThatCode(() -> Size.SMALL.check(git)).doesNotThrowAnyException();
        try (var list = new RandomAccessFile(packs.resolve("pack-1.idx").toFile(), "rw")) {
            list.setLength(Size.SMALL.listBytes() + 1);
        }

        assertThatThrownBy(() -> Size.SMALL.check(git)).isInstanceOf(Size.Exceeded.class);
        assertThatCode(() -> Size.ANY.check(git)).doesNotThrowAnyException();
    }
}

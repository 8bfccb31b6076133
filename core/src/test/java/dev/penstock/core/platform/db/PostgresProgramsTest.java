package dev.penstock.core.platform.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The programs on disk between two starts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresProgramsTest {
    private Path folder;
    private Path program;

    @BeforeAll
    void unpack(@TempDir Path parent) throws IOException {
        folder = parent;
        program = PostgresPrograms.in(folder, false).program("pg_ctl");
    }

    @Test
    void whatIsIntactStays() throws IOException {
        var before = Files.getLastModifiedTime(program);

        PostgresPrograms.in(folder, false);
        PostgresPrograms.in(folder, true);

        assertThat(Files.getLastModifiedTime(program)).isEqualTo(before);
    }

    @Test
    void aProgramThatAPowerCutHasEmptiedIsUnpackedAgain() throws IOException {
        byte[] good = Files.readAllBytes(program);
        try (FileChannel file = FileChannel.open(program, StandardOpenOption.WRITE)) {
            file.truncate(good.length / 2);
        }

        PostgresPrograms.in(folder, false);

        assertThat(program).hasBinaryContent(good);
    }

    @Test
    void aProgramWithOtherBytesIsUnpackedAgainAfterAnEndThatWasNotInOrder() throws IOException {
        byte[] good = Files.readAllBytes(program);
        Files.write(program, new byte[good.length]);

        PostgresPrograms.in(folder, true);

        assertThat(program).hasBinaryContent(good);
    }

    @Test
    void aProgramThatIsGoneIsUnpackedAgain() throws IOException {
        Files.delete(program);

        PostgresPrograms.in(folder, false);

        assertThat(program).isExecutable();
    }
}

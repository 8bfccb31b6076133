package dev.penstock.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.process.JobProcesses.Root;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final PhaseEntered BUILDING = new PhaseEntered(Phase.BUILDING, NOON);
    private static final TaskRun RUNNING = new TaskRun(0, "make", TaskState.RUNNING, 7, NOON, null, null);
    private static final TaskRun PASSED = new TaskRun(0, "make", TaskState.PASSED, 7, NOON, NOON, 0);
    private static final Root PROGRAM = new Root(1, 4711, 99, "boot");
    private static final End END = new End(Result.PASSED, null, null, NOON, 0, List.of(), 0);

    @TempDir
    Path folder;

    @Test
    void knowsAfterAKillWhatWasWrittenBefore() throws IOException {
        Journal written = Journal.create(folder, job(42));
        written.add(BUILDING);
        written.add(RUNNING);
        written.add(PROGRAM);
        written.add(PASSED);
        written.add(END);

        Journal read = Journal.openAll(folder).getFirst();

        assertThat(read.assignment()).isEqualTo(job(42));
        assertThat(read.phases()).containsExactly(BUILDING);
        assertThat(read.tasks()).containsExactly(PASSED);
        assertThat(read.programs()).containsExactly(PROGRAM);
        assertThat(read.end()).contains(END);
    }

    /** Wherever a kill cuts the file, what stands whole counts, and what is written next stands on a line of its own. */
    @Test
    void losesNothingButALineThatWasNotWhole() throws IOException {
        Journal written = Journal.create(folder, job(42));
        written.add(BUILDING);
        written.add(RUNNING);
        Path file = folder.resolve("42-1.journal");
        byte[] all = Files.readAllBytes(file);
        int first = new String(all, StandardCharsets.UTF_8).indexOf('\n');

        for (int length = 0; length <= all.length; length++) {
            Files.write(file, Arrays.copyOf(all, length));
            List<Journal> opened = Journal.openAll(folder);

            assertThat(opened).as("cut at %d", length).hasSize(length > first ? 1 : 0);
            if (!opened.isEmpty()) {
                opened.getFirst().add(END);
                assertThat(Journal.openAll(folder).getFirst().end())
                        .as("cut at %d", length)
                        .contains(END);
            }
        }
    }

    /** A limit of the kernel on the size of files is a full disk that ends in the middle of a line. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void goesOnBehindTheLastWholeLineWhenTheDiskHadNoRoomForOne() throws IOException, InterruptedException {
        Journal.create(folder, job(42)).close();
        Path file = folder.resolve("42-1.journal");
        long room = Files.size(file) + 40;

        Process full = new ProcessBuilder(
                        "prlimit",
                        "--fsize=" + room + ":unlimited",
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullDisk.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();

        assertThat(full.waitFor()).as(Files.readString(folder.resolve("said"))).isZero();
        Journal read = Journal.openAll(folder).getFirst();
        assertThat(read.end()).contains(END);
        assertThat(read.programs()).containsExactly(PROGRAM);
    }

    /** Writes what does not fit, then has room again, and goes on; a process of its own, because the limit is one of it. */
    static final class FullDisk {
        public static void main(String[] arguments) throws IOException, InterruptedException {
            Journal journal = Journal.openAll(Path.of(arguments[0])).getFirst();
            journal.add(PROGRAM); // longer than the room that is left
            String me = Long.toString(ProcessHandle.current().pid());
            int freed = new ProcessBuilder("prlimit", "--pid", me, "--fsize=unlimited")
                    .inheritIO()
                    .start()
                    .waitFor();
            journal.add(END);
            journal.close();
            System.exit(freed);
        }
    }

    @Test
    void keepsAsideWhatItCannotRead() throws IOException {
        Journal.create(folder, job(1)).add(END);
        Journal.create(folder, job(2)).add(END);
        Files.writeString(folder.resolve("1-1.journal"), "junk\n", StandardOpenOption.APPEND);

        List<Journal> opened = Journal.openAll(folder);

        assertThat(opened)
                .singleElement()
                .satisfies(journal -> assertThat(journal.held().jobId()).isEqualTo(2));
        assertThat(folder.resolve("broken-1-1.journal")).exists();
    }

    @Test
    void leavesNothingWhenItIsForgotten() throws IOException {
        Journal journal = Journal.create(folder, job(42));
        Files.writeString(folder.resolve("42-1.console"), "text");
        Files.writeString(folder.resolve("42-1.console-tail-00000000000000000000"), "text");

        journal.delete();

        assertThat(folder).isEmptyDirectory();
    }

    private static JobAssignment job(long id) {
        return new JobAssignment(
                id,
                1,
                "p/1/s/1/j",
                "p",
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                0,
                0,
                0,
                List.of(),
                NOON);
    }
}

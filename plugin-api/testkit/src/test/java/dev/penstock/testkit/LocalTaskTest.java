package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.plugin.task.CommandLine;
import dev.penstock.plugin.task.TaskException;
import dev.penstock.testkit.RecordingConsole.Kind;
import dev.penstock.testkit.RecordingConsole.Line;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalTaskTest {

    @TempDir
    Path folder;

    @TempDir
    Path temporary;

    private LocalTask task;

    @BeforeEach
    void makeTask() {
        task = new LocalTask(folder, temporary, Map.of("PATH", System.getenv("PATH"), "WHO", "alma"));
    }

    @Test
    void startsRealProgramsAndKeepsWhatTheySay() throws Exception {
        int exitCode = task.execute(CommandLine.of("sh", "-c", "pwd; echo $WHO $MORE; echo bad >&2; exit 3")
                .with("MORE", "bruno"));

        assertThat(exitCode).isEqualTo(3);
        assertThat(task.recorded().lines(Kind.OUT))
                .containsExactly(folder.toRealPath().toString(), "alma bruno");
        assertThat(task.recorded().lines()).contains(new Line(Kind.ERR, "bad"));
    }

    @Test
    void wordsArePassedAsTheyAre() throws Exception {
        task.execute(CommandLine.of("printf", "<%s>", "a b", "$WHO", "*", "\""));

        assertThat(task.recorded().lines(Kind.OUT)).containsExactly("<a b><$WHO><*><\">");
    }

    @Test
    void standardInputIsClosed() throws Exception {
        assertThat(task.execute(CommandLine.of("cat"))).isZero();
    }

    @Test
    void missingProgramIsToldWithPathAndAgent() {
        assertThatThrownBy(() -> task.execute(CommandLine.of("no-such-tool")))
                .isInstanceOf(TaskException.class)
                .hasMessageContainingAll("\"no-such-tool\"", System.getenv("PATH"), "test-agent");
        assertThatThrownBy(() -> task.execute(CommandLine.of("./no-such-tool")))
                .isInstanceOf(TaskException.class)
                .hasMessageContaining(folder.resolve("no-such-tool").toString());
    }

    @Test
    void programBesideTheTaskIsStartedByItsRelativePath() throws Exception {
        Path file = Files.writeString(folder.resolve("tool"), "#!/bin/sh\necho beside\n");
        file.toFile().setExecutable(true);

        task.execute(CommandLine.of("./tool"));

        assertThat(task.recorded().lines(Kind.OUT)).containsExactly("beside");
    }

    @Test
    void interruptEndsTheWholeTree() throws Exception {
        var call = new FutureTask<>(() -> task.execute(CommandLine.of("sh", "-c", "sleep 300 & sleep 300 & wait")));
        Thread thread = Thread.ofVirtual().start(call);
        while (ProcessHandle.current().descendants().count() < 3) {
            Thread.onSpinWait();
        }
        List<ProcessHandle> tree = ProcessHandle.current().descendants().toList();

        thread.interrupt();

        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        for (ProcessHandle process : tree) {
            process.onExit().get(10, TimeUnit.SECONDS);
        }
        assertThat(tree).noneMatch(ProcessHandle::isAlive);
    }
}

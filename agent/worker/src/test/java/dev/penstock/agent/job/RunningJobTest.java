package dev.penstock.agent.job;

import static dev.penstock.agent.job.JobBench.exec;
import static dev.penstock.agent.job.JobBench.isAlive;
import static dev.penstock.agent.job.JobBench.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.job.JobBench.Job;
import dev.penstock.agent.protocol.FetchReply;
import dev.penstock.agent.protocol.JobAssignment.ArtifactRule.Kind;
import dev.penstock.agent.protocol.JobAssignment.RunIf;
import dev.penstock.agent.protocol.JobAssignment.Task;
import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
final class RunningJobTest {
    @TempDir
    Path folder;

    private JobBench bench;

    @BeforeEach
    void open() throws IOException {
        bench = new JobBench(folder);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void tellsAShortJobInOneReportWithEverythingInIt() throws Exception {
        MemoryServer server = bench.run(Job.script("echo hello; echo oh >&2"));

        assertThat(server.reports).hasSize(1);
        assertThat(server.consoleRequests).hasValue(0);
        assertThat(server.end().result()).isEqualTo(Result.PASSED);
        assertThat(server.end().reason()).isNull();
        assertThat(server.last().orElseThrow().phases())
                .extracting(PhaseEntered::phase)
                .containsExactly(Phase.PREPARING, Phase.BUILDING, Phase.COMPLETING);
        assertThat(server.text()).contains("ou hello\n", "er oh\n").endsWith("no Job passed\n");
        assertThat(folder.resolve("data/jobs")).isEmptyDirectory();
    }

    @Test
    void tellsWhereEachTaskStandsInTheConsole() throws Exception {
        MemoryServer server = bench.run(Job.of(shell("echo a"), shell("exit 3")));

        List<TaskRun> tasks = server.last().orElseThrow().tasks();
        assertThat(tasks).extracting(TaskRun::index).containsExactly(-1, 0, 1);
        assertThat(tasks)
                .extracting(TaskRun::state)
                .containsExactly(TaskState.PASSED, TaskState.PASSED, TaskState.FAILED);
        assertThat(tasks.get(2).exitCode()).isEqualTo(3);
        for (TaskRun task : tasks) {
            assertThat(server.console().substring((int) task.consoleOffset() + 25))
                    .startsWith(">> " + task.summary());
        }
        assertThat(server.end().reason()).isEqualTo(Reason.TASK_FAILED);
        assertThat(server.end().message()).isEqualTo("Task \"sh -c \"exit 3\"\" exited with code 3");
    }

    @Test
    void runsTasksAsTheirRunIfSays() throws Exception {
        MemoryServer server = bench.run(Job.of(
                shell("echo 1"),
                shell("echo 2; exit 1"),
                shell("echo 3"),
                shell("echo 4", RunIf.FAILED),
                shell("echo 5", RunIf.ANY),
                shell("echo 6", RunIf.PASSED),
                shell("echo 7; false", RunIf.PASSED, RunIf.FAILED)));

        assertThat(server.text().lines().filter(line -> line.startsWith("ou ")))
                .containsExactly("ou 1", "ou 2", "ou 4", "ou 5", "ou 7");
        assertThat(server.end().message()).contains("echo 2");
    }

    @Test
    void doesNotRunTasksForFailureInAJobThatPasses() throws Exception {
        MemoryServer server = bench.run(Job.of(shell("true"), shell("echo never", RunIf.FAILED)));

        assertThat(server.text()).doesNotContain("ou never");
        assertThat(server.end().result()).isEqualTo(Result.PASSED);
    }

    @Test
    void givesTheVariablesAndListsThemWithoutSecrets() throws Exception {
        MemoryServer server = bench.run(Job.script("echo $FROM_AGENT $A $TOKEN $GO_SERVER_URL; echo $TOKEN | base64")
                .variable("A", "1", false)
                .variable("A", "2", false)
                .variable("FROM_AGENT", "job", false)
                .variable("TOKEN", "hunter22hunter", true));

        assertThat(server.text())
                .contains(
                        "no setting environment variable 'GO_SERVER_URL' to value 'http://penstock.test:8153'\n",
                        "no setting environment variable 'A' to value '1'\n",
                        "no overriding environment variable 'A' with value '2'\n",
                        "no overriding environment variable 'FROM_AGENT' with value 'job'\n",
                        "no setting environment variable 'TOKEN' to value '********'\n",
                        "ou job 2 ******** http://penstock.test:8153\n")
                .doesNotContain("hunter", "aHVudGVy");
    }

    @Test
    void keepsTheWorkingDirectoryBetweenJobsUnlessItIsToBeCleaned() throws Exception {
        bench.run(Job.script("echo kept > left; mkdir -p a/b; touch a/b/c; chmod 500 a/b"));
        MemoryServer second = bench.run(Job.script("cat left"));
        assertThat(second.text()).contains("ou kept\n");

        MemoryServer third = bench.run(Job.script("ls -A | wc -l").cleaned());

        assertThat(third.text()).contains("ou 0\n");
    }

    @Test
    void refusesWorkingDirectoriesThatLeadOut() throws Exception {
        Files.createDirectories(bench.workspace());
        Files.createSymbolicLink(bench.workspace().resolve("link"), folder);

        MemoryServer server = bench.run(Job.of(
                exec("..", List.of(RunIf.ANY), null, 0, "pwd"),
                exec("link/data", List.of(RunIf.ANY), null, 0, "pwd"),
                exec("missing", List.of(RunIf.ANY), null, 0, "pwd")));

        assertThat(server.text())
                .contains("!! \"..\" leads out of the working directory", "!! \"link/data\" leads out of the working")
                .contains("!! The working directory \"missing\" is missing in ")
                .doesNotContain("ou ");
        assertThat(server.end().reason()).isEqualTo(Reason.TASK_FAILED);
    }

    @Test
    void refusesANameOfAWorkspaceThatIsAPath() throws Exception {
        MemoryServer server = bench.run(Job.script("true").in("../data"));

        assertThat(server.end().reason()).isEqualTo(Reason.AGENT_ERROR);
        assertThat(server.end().message()).isEqualTo("\"../data\" cannot be the name of a working directory");
    }

    @Test
    void saysWhichToolIsMissing() throws Exception {
        MemoryServer server = bench.run(Job.of(exec("", List.of(), null, 0, "no-such-tool", "x")));

        assertThat(server.end().reason()).isEqualTo(Reason.TOOL_NOT_FOUND);
        assertThat(server.end().message()).startsWith("Command \"no-such-tool\" was not found on agent \"ALMA\"");
        assertThat(server.text()).contains("!! Command \"no-such-tool\" was not found on agent \"ALMA\". The PATH");
    }

    @Test
    void handsArgumentsOverAsTheyAre() throws Exception {
        MemoryServer server =
                bench.run(Job.of(exec("", List.of(), null, 0, "printf", "%s|", "a b", "$HOME", "*", "", "한글", "'q'")));

        assertThat(server.text()).contains("ou a b|$HOME|*||한글|'q'|\n");
    }

    @Test
    void closesStandardInput() throws Exception {
        MemoryServer server = bench.run(Job.script("cat; echo read to the end"));

        assertThat(server.text()).contains("ou read to the end\n");
    }

    @Test
    void endsTheWholeTreeWithinSecondsWhenItIsCancelled() throws Exception {
        RunningJob job = bench.start(
                Job.script("trap '' TERM; (setsid sleep 300 & echo $! > a); sleep 300 & echo $! > b; wait"));
        long a = pidIn("a");
        long b = pidIn("b");

        long start = System.nanoTime();
        job.stop(Stop.CANCELLED);
        boolean over = job.awaitOver(Duration.ofSeconds(10));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertThat(over).isTrue();
        assertThat(millis).isLessThan(5000);
        assertThat(isAlive(a)).isFalse();
        assertThat(isAlive(b)).isFalse();
        assertThat(bench.server.end().result()).isEqualTo(Result.CANCELLED);
        assertThat(bench.server.end().reason()).isEqualTo(Reason.CANCELLED);
        assertThat(bench.server.last().orElseThrow().tasks().getLast().state()).isEqualTo(TaskState.CANCELLED);
    }

    @Test
    void hearsOfACancelFromTheAnswerToItsReport() throws Exception {
        RunningJob job = bench.start(Job.script("touch started; sleep 300"));
        bench.server.cancels = true;

        boolean over = job.awaitOver(Duration.ofSeconds(10));

        assertThat(over).isTrue();
        assertThat(bench.server.end().result()).isEqualTo(Result.CANCELLED);
    }

    @Test
    void runsTheOnCancelTaskOfTheTaskThatWasStopped() throws Exception {
        Task onCancel = shell("echo cleaning; sleep 0.2; echo cleaned");
        RunningJob job = bench.start(Job.of(
                exec("", List.of(), onCancel, 0, "sh", "-c", "touch started; sleep 300"),
                shell("echo never", RunIf.ANY)));
        bench.await("it runs", () -> Files.exists(bench.workspace().resolve("started")));

        job.stop(Stop.CANCELLED);
        job.awaitOver(Duration.ofSeconds(10));

        assertThat(bench.server.text())
                .contains("ou cleaning\n", "ou cleaned\n")
                .doesNotContain("ou never");
        assertThat(bench.server.end().result()).isEqualTo(Result.CANCELLED);
    }

    @Test
    void letsTheJobFailWhenItIsSilentForTooLong() throws Exception {
        MemoryServer server = bench.run(Job.script("for i in 1 2 3 4 5 6 7; do echo $i; sleep 0.2; done; sleep 300")
                .limits(1, 0));

        assertThat(server.text()).contains("ou 7\n", "!! The job printed nothing for 1 s, its limit for silence");
        assertThat(server.end().result()).isEqualTo(Result.FAILED);
        assertThat(server.end().reason()).isEqualTo(Reason.IDLE_TIMEOUT);
    }

    @Test
    void letsTheJobFailWhenItTakesTooLong() throws Exception {
        MemoryServer server = bench.run(
                Job.script("while :; do echo chatter; sleep 0.1; done").limits(5, 1));

        assertThat(server.end().reason()).isEqualTo(Reason.TOTAL_TIMEOUT);
    }

    @Test
    void letsATaskFailWhenItTakesTooLongAndGoesOn() throws Exception {
        MemoryServer server = bench.run(Job.of(
                exec("", List.of(), null, 1, "sh", "-c", "sleep 300 & echo $! > child; wait"),
                shell("echo after", RunIf.FAILED)));

        assertThat(isAlive(pidIn("child"))).isFalse();
        assertThat(server.text()).contains("<< failed: no end after 1 s, its time limit after ", "ou after\n");
        assertThat(server.end().reason()).isEqualTo(Reason.TASK_FAILED);
    }

    @Test
    void letsAServiceLiveAndEndsWhatWasForgotten() throws Exception {
        MemoryServer server = bench.run(
                Job.script("nohup sleep 300 >/dev/null 2>&1 & echo $! > service; sleep 301 & echo $! > forgotten"));
        long service = pidIn("service");
        boolean serviceLives = isAlive(service);
        ProcessHandle.of(service).ifPresent(ProcessHandle::destroyForcibly);

        assertThat(serviceLives).isTrue();
        assertThat(isAlive(pidIn("forgotten"))).isFalse();
        assertThat(server.end().cleanUp()).isEqualTo(1);
        assertThat(server.end().result()).isEqualTo(Result.PASSED);
        assertThat(server.text())
                .contains("!! Processes that the job left and that were ended: " + pidIn("forgotten") + " sleep.")
                .contains("no Processes that the job started and that keep running: " + service + " sleep");
    }

    @Test
    void keepsAServerOfAnEarlierTaskForTheLaterOnes() throws Exception {
        MemoryServer server =
                bench.run(Job.of(shell("sleep 300 & echo $! > server"), shell("kill -0 $(cat server) && echo lives")));

        assertThat(server.text()).contains("ou lives\n");
        assertThat(isAlive(pidIn("server"))).isFalse();
    }

    @Test
    void takesEverythingThatAProgramPrintedBeforeItEnded() throws Exception {
        MemoryServer server = bench.run(Job.script("sleep 300 & seq 1 200000; printf 'no line feed'"));

        List<String> printed =
                server.text().lines().filter(line -> line.startsWith("ou ")).toList();
        assertThat(printed).hasSize(200_001);
        assertThat(printed.get(199_999)).isEqualTo("ou 200000");
        assertThat(printed.getLast()).isEqualTo("ou no line feed");
    }

    @Test
    void publishesArtifactsAlsoOfAJobThatFails() throws Exception {
        MemoryServer server = bench.run(Job.script("mkdir -p target; echo jar > target/a.jar; echo jar > b.jar; exit 1")
                .artifact(Kind.BUILD, "target/*.jar", "lib")
                .artifact(Kind.BUILD, "b.jar", "")
                .artifact(Kind.TEST, "reports/*.xml", ""));

        String sha256 = Hashes.ofFile(bench.workspace().resolve("b.jar"));
        assertThat(server.end().artifacts())
                .containsExactly(
                        new PublishedArtifact("lib/a.jar", sha256, 4, false),
                        new PublishedArtifact("b.jar", sha256, 4, false));
        assertThat(server.blobs).containsOnlyKeys(sha256);
        assertThat(server.end().reason()).isEqualTo(Reason.TASK_FAILED);
        assertThat(server.text()).contains("no No file matches \"reports/*.xml\"");
    }

    @Test
    void failsWhenABuildArtifactIsMissing() throws Exception {
        MemoryServer server = bench.run(
                Job.script("echo x > here").artifact(Kind.BUILD, "here", "").artifact(Kind.BUILD, "target/*.jar", ""));

        assertThat(server.end().result()).isEqualTo(Result.FAILED);
        assertThat(server.end().reason()).isEqualTo(Reason.ARTIFACT_FAILED);
        assertThat(server.end().message())
                .isEqualTo("No file matches \"target/*.jar\" in \"" + bench.workspace() + "\"");
        assertThat(server.end().artifacts()).hasSize(1);
    }

    @Test
    void saysWhyTheServerRefusesAnArtifact() throws Exception {
        bench.server.refusesUploads = "The server says 413: the file is larger than 20 GiB";

        MemoryServer server = bench.run(Job.script("echo x > here").artifact(Kind.BUILD, "here", ""));

        assertThat(server.end().message())
                .isEqualTo("\"here\" cannot be published: The server says 413: the file is larger than 20 GiB");
    }

    @Test
    void waitsForAServerThatIsAwayAndLosesNothing() throws Exception {
        RunningJob job = bench.start(
                Job.script("echo before; touch started; while [ ! -f go ]; do sleep 0.05; done; echo after; echo x > a")
                        .artifact(Kind.BUILD, "a", ""));
        bench.await("it runs", () -> Files.exists(bench.workspace().resolve("started")));
        bench.server.away = true;
        Files.createFile(bench.workspace().resolve("go"));
        boolean overWhileAway = job.awaitOver(Duration.ofMillis(700));
        bench.server.away = false;
        job.awaitOver(Duration.ofSeconds(20));

        assertThat(overWhileAway).isFalse();
        assertThat(bench.server.end().result()).isEqualTo(Result.PASSED);
        assertThat(bench.server.end().artifacts()).hasSize(1);
        assertThat(bench.server.text()).contains("ou before\n", "ou after\n");
        assertThat((long) bench.server.console().getBytes(StandardCharsets.UTF_8).length)
                .isEqualTo(bench.server.end().consoleLength());
    }

    @Test
    void endsItsProcessesAndSaysNothingWhenTheJobIsNotItsOwnAnyMore() throws Exception {
        RunningJob job = bench.start(
                Job.of(exec("", List.of(), shell("touch cleaned"), 0, "sh", "-c", "echo $$ > pid; exec sleep 300")));
        long pid = pidIn("pid");

        bench.server.fences = true;
        boolean over = job.awaitOver(Duration.ofSeconds(10));

        assertThat(over).isTrue();
        assertThat(isAlive(pid)).isFalse();
        assertThat(bench.server.reports).noneMatch(report -> report.end() != null);
        assertThat(bench.workspace().resolve("cleaned")).doesNotExist();
        assertThat(folder.resolve("data/jobs")).isEmptyDirectory();
    }

    @Test
    void fetchesFilesCheckedByTheirHash() throws Exception {
        byte[] content = "the artifact".getBytes(StandardCharsets.UTF_8);
        Path sample = Files.write(folder.resolve("sample"), content);
        String sha256 = Hashes.ofFile(sample);
        bench.server.blobs.put(sha256, content);
        bench.server.fetchReply =
                new FetchReply("up/3/build/1/jar", List.of(new FetchReply.File("a/b.jar", sha256, content.length)));
        var fetch = new Task(
                "fetch",
                Map.of("stage", "build", "job", "jar", "source", "out/pkg", "destination", "lib"),
                "",
                List.of(),
                null,
                0);

        MemoryServer server = bench.run(Job.of(fetch, shell("cat lib/pkg/a/b.jar"), fetch));

        assertThat(server.text())
                .contains(">> fetch folder out/pkg of build/jar in this pipeline to lib\n", "ou the artifact\n")
                .contains("no 1 files, 12 bytes; 1 of them were there already\n");
    }

    @Test
    void leavesNoHalfFetchedFileWhenTheHashIsWrong() throws Exception {
        bench.server.blobs.put("00", new byte[] {1});
        bench.server.fetchReply = new FetchReply("x", List.of(new FetchReply.File("../../evil", "00", 1)));
        var fetch = new Task(
                "fetch", Map.of("stage", "s", "job", "j", "source", "f", "is_file", true), "", List.of(), null, 0);

        MemoryServer server = bench.run(Job.of(fetch));

        assertThat(server.text()).contains("!! The files cannot be stored: \"../../evil\" leads out of the working");
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void saysThatTheServerGaveNoPlugin() throws Exception {
        MemoryServer server = bench.run(Job.of(new Task("ant", Map.of(), "", List.of(), null, 0)));

        assertThat(server.text()).contains(">> ant\n", "!! The server gave no plugin for tasks of type \"ant\"\n");
        assertThat(server.end().result()).isEqualTo(Result.FAILED);
    }

    private long pidIn(String file) throws IOException {
        Path path = bench.workspace().resolve(file);
        bench.await(file + " is written", () -> {
            try {
                return Files.exists(path) && Files.readString(path).endsWith("\n");
            } catch (IOException e) {
                return false;
            }
        });
        return Long.parseLong(Files.readString(path).strip());
    }
}

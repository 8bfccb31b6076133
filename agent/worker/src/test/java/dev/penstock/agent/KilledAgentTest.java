package dev.penstock.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobAssignment.Task;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import dev.penstock.agent.server.ScriptedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A real agent process that is killed, and what the next one makes of what it left. */
@EnabledOnOs(OS.LINUX)
final class KilledAgentTest {
    @TempDir
    Path home;

    private final List<Process> processes = new ArrayList<>();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
        Files.createDirectories(home.resolve("config"));
        Files.writeString(
                home.resolve("config/penstock-agent.properties"),
                "server.url = " + server.url() + "\nagent.name = ALMA\njobs.grace-seconds = 1\n");
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        server.close();
    }

    @Test
    void tellsThatItWasInterruptedWithTheConsoleItHadAndEndsWhatStillRuns() throws Exception {
        Process agent = agent();
        JobAssignment job = job("""
                trap '' TERM
                setsid sleep 300 & echo $! > ../daemon
                env -i sleep 301 & echo $! > ../wiped
                echo before the kill; touch ../ready
                while :; do sleep 0.1; done
                """);
        server.give(job);
        server.await("it runs", () -> Files.exists(home.resolve("pipelines/ready")));
        server.await("its line is there", () -> server.console(job).contains(" ou before the kill"));
        List<Long> left = List.of(pid("daemon"), pid("wiped"), leader(job));
        Process foreign = new ProcessBuilder("sleep", "300").start();
        processes.add(foreign);

        kill(agent);
        boolean lived = left.stream().allMatch(KilledAgentTest::isAlive);
        agent();
        server.await("it tells", () -> server.end(job) != null);

        End end = Objects.requireNonNull(server.end(job));
        assertThat(lived).isTrue();
        assertThat(end.result()).isEqualTo(Result.FAILED);
        assertThat(end.reason()).isEqualTo(Reason.AGENT_RESTARTED);
        assertThat(end.cleanUp()).isGreaterThanOrEqualTo(3);
        assertThat(left).noneMatch(KilledAgentTest::isAlive);
        assertThat(foreign.isAlive()).isTrue();
        assertThat(server.console(job))
                .contains(" ou before the kill\n", " !! The agent's process ended while this job ran")
                .hasSize((int) end.consoleLength());
        assertThat(server.reports.getLast().report().tasks())
                .extracting(TaskRun::state)
                .containsExactly(TaskState.PASSED, TaskState.CANCELLED);
        server.await("its journal is gone", () -> journals() == 0);
    }

    @Test
    void tellsTheEndOfAJobThatEndedWhileTheServerWasAway() throws Exception {
        Process agent = agent();
        JobAssignment job = job("touch ../ready; while [ ! -f ../go ]; do sleep 0.05; done; echo after; exit 7");
        server.give(job);
        server.await("it runs", () -> Files.exists(home.resolve("pipelines/ready")));
        server.stop();
        Files.createFile(home.resolve("pipelines/go"));
        Path journal = home.resolve("data/jobs/" + job.jobId() + "-1.journal");
        server.await("it ended", () -> text(journal).contains("\"end\":{"));

        kill(agent);
        server.start();
        agent();
        server.await("it tells", () -> server.end(job) != null);

        assertThat(Objects.requireNonNull(server.end(job)).reason()).isEqualTo(Reason.TASK_FAILED);
        assertThat(server.console(job)).contains(" ou after\n").endsWith(" no Job failed\n");
    }

    @Test
    void leavesAServiceThatAnEarlierJobStarted() throws Exception {
        Process agent = agent();
        JobAssignment deploy = job("nohup sleep 300 >/dev/null 2>&1 & echo $! > ../service");
        server.give(deploy);
        server.await("it ended", () -> server.end(deploy) != null);
        long service = pid("service");

        kill(agent);
        agent();
        // The question of the one that was killed still waits for an answer until this one asks.
        server.await(
                "the new one asks",
                () -> server.registrations.size() == 2 && server.polls.getLast().fresh());
        JobAssignment next = job("true");
        server.give(next);
        server.await("it works", () -> server.end(next) != null);

        assertThat(isAlive(service)).isTrue();
        ProcessHandle.of(service).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void endsItsJobWhenItIsAskedToStop() throws Exception {
        Process agent = agent();
        JobAssignment job = job("touch ../ready; sleep 300");
        server.give(job);
        server.await("it runs", () -> Files.exists(home.resolve("pipelines/ready")));

        agent.destroy();
        boolean ended = agent.waitFor(10, TimeUnit.SECONDS);

        assertThat(ended).isTrue();
        assertThat(Objects.requireNonNull(server.end(job)).reason()).isEqualTo(Reason.AGENT_RESTARTED);
    }

    @Test
    void saysEveryMistakeOfItsSettingsAndEnds() throws Exception {
        Files.writeString(
                home.resolve("config/penstock-agent.properties"), "server.uri = x\njobs.grace-seconds = soon\n");

        Process agent = agent("check-config");
        String said = new String(agent.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(agent.waitFor()).isEqualTo(1);
        assertThat(said)
                .contains("Line 1: there is no setting \"server.uri\"; did you mean \"server.url\"?")
                .contains("Line 2: \"jobs.grace-seconds\" takes a whole number from 0 to 600, not \"soon\"");
    }

    @Test
    void runsAJobDescriptionWithoutAServer() throws Exception {
        Path description = home.resolve("job.json");
        Files.writeString(description, """
                {"jobId": 1, "attempt": 1, "locator": "by/hand", "workspace": "hand", "assignedAt": "2026-11-23T12:00:00Z",
                 "tasks": [{"type": "exec", "options": {"command": "sh", "arguments": ["-c", "echo made | tee a.txt"]}}],
                 "artifacts": [{"kind": "BUILD", "source": "*.txt", "destination": "out"}]}
                """);

        Process agent = agent(
                "run-job",
                description.toString(),
                "--artifacts",
                home.resolve("artifacts").toString());
        String console = new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(agent.waitFor()).isZero();
        assertThat(console).contains(" ou made\n").endsWith(" no Job passed\n");
        assertThat(home.resolve("artifacts/out/a.txt")).hasContent("made");
    }

    private Process agent(String... arguments) throws IOException {
        var words = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dpenstock.home=" + home,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.penstock.agent.Main"));
        words.addAll(arguments.length == 0 ? List.of("run") : List.of(arguments));
        var builder = new ProcessBuilder(words);
        if (arguments.length == 0) {
            builder.redirectErrorStream(true)
                    .redirectOutput(home.resolve("said").toFile());
        }
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static void kill(Process agent) throws InterruptedException {
        agent.destroyForcibly().waitFor();
    }

    private static JobAssignment job(String script) {
        var task =
                new Task("exec", Map.of("command", "sh", "arguments", List.of("-c", script)), "", List.of(), null, 0);
        return new JobAssignment(
                System.nanoTime(),
                1,
                "deploy/1/build/1/unit",
                "deploy",
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(task),
                List.of(),
                0,
                0,
                1 << 20,
                List.of(),
                Instant.EPOCH);
    }

    private long pid(String file) throws IOException {
        return Long.parseLong(
                Files.readString(home.resolve("pipelines/" + file)).strip());
    }

    /** The pid of the program, as the journal has it. */
    private long leader(JobAssignment job) {
        String journal = text(home.resolve("data/jobs/" + job.jobId() + "-1.journal"));
        return Long.parseLong(journal.replaceAll("(?s).*\"pid\":(\\d+).*", "$1"));
    }

    private long journals() {
        try (Stream<Path> folders = Files.list(home.resolve("data/jobs"))) {
            return folders.count();
        } catch (IOException e) {
            return -1;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean isAlive(long pid) {
        String stat = text(Path.of("/proc/" + pid + "/stat"));
        return !stat.isEmpty() && !stat.contains(") Z ");
    }
}

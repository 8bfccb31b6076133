package dev.penstock.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.process.JobProcesses.Remains;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
final class JobProcessesTest {
    private static final Duration GRACE = Duration.ofMillis(300);

    @TempDir
    Path folder;

    private final ProcessTable table = ProcessTable.ofMachine();
    private final String mark = "test-" + UUID.randomUUID();
    private final JobProcesses job = new JobProcesses(table, mark);

    @AfterEach
    void endAll() {
        job.endAll(Duration.ZERO);
    }

    @Test
    void leadsASessionOfItsOwnWithoutAProcessInBetween() throws Exception {
        Program program = start("cat /proc/$$/stat > stat; echo $PENSTOCK_JOB > mark");

        program.await();

        String[] stat = Files.readString(folder.resolve("stat")).split(" ", -1);
        String pid = Long.toString(program.root().pid());
        assertThat(List.of(stat[0], stat[4], stat[5])).containsOnly(pid);
        assertThat(Files.readString(folder.resolve("mark")).strip()).isEqualTo(mark + "/1");
    }

    @Test
    void endsATreeThatDoesNotHeedTheRequest() throws Exception {
        Program program = start("""
                trap '' TERM
                sh -c 'trap "" TERM; sleep 300 & echo $! > grandchild; wait; wait' &
                echo $! > child
                wait; wait
                """);
        long child = pidIn("child");
        long grandchild = pidIn("grandchild");

        long start = System.nanoTime();
        Remains remains = program.end(GRACE);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertThat(isAlive(program.root().pid())).isFalse();
        assertThat(isAlive(child)).isFalse();
        assertThat(isAlive(grandchild)).isFalse();
        assertThat(remains.immortal()).isEmpty();
        assertThat(millis).isBetween(250L, 4000L);
    }

    @Test
    void letsAProgramCleanUpWithinItsGrace() throws Exception {
        Program program = start("trap 'echo clean > cleaned; exit 0' TERM; echo ready > ready; sleep 300 & wait");
        await("ready");

        program.end(Duration.ofSeconds(10));

        assertThat(folder.resolve("cleaned")).exists();
    }

    @Test
    void findsTheDoubleForkedInSessionsOfTheirOwn() throws Exception {
        Program program = start("(setsid sh -c 'echo $$ > daemon; exec sleep 300' &) ; sleep 300");
        long daemon = pidIn("daemon");

        program.end(GRACE);

        assertThat(isAlive(daemon)).isFalse();
    }

    @Test
    void findsWhatWipedItsEnvironmentByItsSession() throws Exception {
        Program program = start("env -i sh -c 'echo $$ > wiped; exec sleep 300' & sleep 300");
        long wiped = pidIn("wiped");

        program.end(GRACE);

        assertThat(isAlive(wiped)).isFalse();
    }

    @Test
    void remembersWhatAnEndedProgramLeftInItsSessionWithoutItsMark() throws Exception {
        Program program =
                start("env -i sh -c 'echo $$ > wiped; exec sleep 300' & while [ ! -s wiped ]; do sleep 0.01; done");
        program.await();
        long wiped = pidIn("wiped");

        Remains remains = job.endAll(GRACE);

        assertThat(isAlive(wiped)).isFalse();
        assertThat(remains.ended()).containsExactly(wiped + " sleep");
    }

    @Test
    void touchesNobodyElse() throws Exception {
        Program mine = start("sleep 300");
        var otherJob = new JobProcesses(table, "other-" + UUID.randomUUID());
        Program other =
                Launcher.ofMachine().start(otherJob, Path.of("/bin/sleep"), List.of("300"), folder, System.getenv());
        Process own = new ProcessBuilder("sleep", "300").start();

        mine.end(GRACE);
        boolean otherLives = isAlive(other.root().pid());
        boolean ownLives = own.isAlive();
        own.destroyForcibly();
        otherJob.endAll(Duration.ZERO);

        assertThat(otherLives).isTrue();
        assertThat(ownLives).isTrue();
    }

    @Test
    void endsOneProgramAndLeavesTheOthersOfTheJob() throws Exception {
        Program first = start("sleep 300 & sleep 300");
        Program second = start("sleep 300");

        first.end(GRACE);

        assertThat(isAlive(first.root().pid())).isFalse();
        assertThat(isAlive(second.root().pid())).isTrue();
    }

    @Test
    void letsLiveWhatWasStartedToOutliveTheJob() throws Exception {
        start("""
                nohup sleep 301 & echo $! > nohup
                setsid sleep 302 & echo $! > setsid
                sleep 303 >log 2>&1 & echo $! > redirected
                sleep 304 & echo $! > forgotten
                sleep 305 >log & echo $! > half
                sleep 0.2
                """).await();

        Remains remains = job.endLeftOver(GRACE);

        assertThat(List.of(isAlive(pidIn("nohup")), isAlive(pidIn("setsid")), isAlive(pidIn("redirected"))))
                .containsOnly(true);
        assertThat(List.of(isAlive(pidIn("forgotten")), isAlive(pidIn("half")))).containsOnly(false);
        assertThat(remains.ended()).containsExactlyInAnyOrder(pidIn("forgotten") + " sleep", pidIn("half") + " sleep");
        assertThat(remains.living()).hasSize(3);
    }

    @Test
    void doesNotTakeAServiceForForgottenBecauseItIsJustStarting() throws Exception {
        start("(sleep 0.5; exec nohup sleep 307 >/dev/null 2>&1) & echo $! > service")
                .await();

        Remains remains = job.endLeftOver(GRACE);

        assertThat(isAlive(pidIn("service"))).isTrue();
        assertThat(remains.living()).singleElement().asString().isEqualTo(pidIn("service") + " sleep");
    }

    @Test
    void letsLiveTheChildrenOfAService() throws Exception {
        start("(sh -c 'sleep 306 | cat & echo $! > helper; wait' > log 2>&1 &) ; sleep 0.3")
                .await();

        Remains remains = job.endLeftOver(GRACE);

        assertThat(isAlive(pidIn("helper"))).isTrue();
        assertThat(remains.ended()).isEmpty();
    }

    @Test
    void endsEverythingOnACancelAlsoWhatWouldOutliveTheJob() throws Exception {
        start(
                        "nohup sleep 301 >/dev/null 2>&1 & echo $! > nohup; setsid sleep 302 >/dev/null 2>&1 & echo $! > setsid; sleep 0.2")
                .await();

        job.endAll(GRACE);

        assertThat(isAlive(pidIn("nohup"))).isFalse();
        assertThat(isAlive(pidIn("setsid"))).isFalse();
    }

    @Test
    void findsTheProcessesOfAJobThatAnEarlierAgentStarted() throws Exception {
        Program program = start(
                "setsid sleep 302 >/dev/null 2>&1 & echo $! > daemon; env -i sleep 303 & echo $! > wiped; sleep 300");
        long daemon = pidIn("daemon");
        long wiped = pidIn("wiped");
        var after = new JobProcesses(table, mark);
        after.remember(program.root());

        after.endAll(GRACE);

        assertThat(isAlive(program.root().pid())).isFalse();
        assertThat(isAlive(daemon)).isFalse();
        assertThat(isAlive(wiped)).isFalse();
    }

    @Test
    void takesNoForeignProcessForOneOfAnEarlierAgent() throws Exception {
        Process foreign = new ProcessBuilder("setsid", "sleep", "300").start();
        SeenProcess seen = table.find(foreign.pid()).orElseThrow();
        var after = new JobProcesses(table, mark);
        after.remember(new JobProcesses.Root(1, foreign.pid(), seen.start() - 1, table.bootId()));
        after.remember(new JobProcesses.Root(2, foreign.pid(), seen.start(), "before the machine was restarted"));

        after.endAll(GRACE);
        boolean lives = foreign.isAlive();
        foreign.destroyForcibly();

        assertThat(lives).isTrue();
    }

    @Test
    void countsAProgramEndedByASignal() throws Exception {
        Program program = start("kill -9 $$");

        assertThat(program.await()).isEqualTo(128 + 9);
    }

    @Test
    void seesAProcessWhoseNameLooksLikeFields() throws Exception {
        Path odd = folder.resolve("a) R 1 1 (b");
        Files.copy(Path.of("/bin/sleep"), odd);
        Process process = new ProcessBuilder(odd.toString(), "300").start();

        SeenProcess seen = table.find(process.pid()).orElseThrow();
        process.destroyForcibly();

        assertThat(seen.parent()).isEqualTo(ProcessHandle.current().pid());
    }

    private Program start(String script) throws IOException {
        return Launcher.ofMachine().start(job, Path.of("/bin/sh"), List.of("-c", script), folder, environment());
    }

    private static Map<String, String> environment() {
        return Map.of("PATH", System.getenv("PATH"));
    }

    private static boolean isAlive(long pid) {
        return ProcessTable.ofMachine().find(pid).filter(seen -> !seen.gone()).isPresent();
    }

    private long pidIn(String file) throws IOException {
        return Long.parseLong(await(file).strip());
    }

    private String await(String file) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        Path path = folder.resolve(file);
        while (!Files.exists(path) || !Files.readString(path).endsWith("\n")) {
            assertThat(System.nanoTime()).as("waiting for %s", file).isLessThan(deadline);
            Thread.onSpinWait();
        }
        return Files.readString(path);
    }
}

package dev.penstock.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.demo.Program;
import dev.penstock.demo.Waiting;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** F-1 to F-7: processes are killed and the network is cut at random moments under load; the invariants hold. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsTest {
    private Installation installation;
    private Workload workload;
    private Random random;

    @BeforeAll
    void start() throws Exception {
        installation = new Installation();
        installation.startAgents(2);
        workload = new Workload(installation, Workload.Size.LOAD);
        long seed = System.nanoTime();
        System.out.println("Seed of the faults: " + seed);
        random = new Random(seed);
    }

    @AfterAll
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void nothingIsLostWhenTheServerIsKilledAtRandomMoments() throws Exception {
        Workload.Mark before = workload.mark();
        for (int i = 0; i < 5; i++) {
            workload.triggerAll();
            underLoad();
            installation.killServer();
        }
        workload.askAgain();
        workload.awaitAllOver(before);

        var invariants = new Invariants(installation, workload, before);
        invariants.hold();
        invariants.allPassed();
    }

    @Test
    void nothingIsLostWhenTheDatabaseIsKilled() throws Exception {
        Workload.Mark before = workload.mark();
        for (int i = 0; i < 3; i++) {
            workload.triggerAll();
            underLoad();
            ProcessHandle postgres = installation.postgres();
            postgres.destroyForcibly();
            postgres.onExit().get();
            installation.awaitReady();
        }
        workload.askAgain();
        workload.awaitAllOver(before);

        var invariants = new Invariants(installation, workload, before);
        invariants.hold();
        invariants.allPassed();
    }

    @Test
    void aJobOfAKilledAgentRunsAgainOrIsAskedAbout() throws Exception {
        Workload.Mark before = workload.mark();
        for (int i = 0; i < 2; i++) {
            workload.triggerAll();
            underLoad();
            Program agent = installation.agents().get(random.nextInt(2));
            agent.kill();
            agent.startAgain();
        }
        workload.askAgain();
        workload.awaitAllOver(before);

        new Invariants(installation, workload, before).hold();
    }

    @Test
    void aShortCutOfTheNetworkIsNotSeenInAnyResult() throws Exception {
        Workload.Mark before = workload.mark();
        int begun = workload.journal().size();
        for (int i = 0; i < 4; i++) {
            workload.triggerAll();
            underLoad();
            installation.network().cut();
            underLoad();
            installation.network().heal();
        }
        workload.askAgain();
        workload.awaitAllOver(before);

        var invariants = new Invariants(installation, workload, before);
        invariants.hold();
        invariants.allPassed();
        // No lease was over, so nothing ran twice.
        assertThat(workload.journal().subList(begun, workload.journal().size())).doesNotHaveDuplicates();
    }

    @Test
    void workThatEndsWhileTheServerIsAwayIsReportedAndNotDoneAgain() throws Exception {
        Workload.Mark before = workload.mark();
        int begun = workload.journal().size();
        workload.triggerAll();
        Waiting.until(
                "builds have started",
                Installation.SOON,
                () -> workload.journal().size() >= begun + 2);
        installation.server().kill();
        underLoad();
        underLoad();
        installation.startServerAgain();
        workload.askAgain();
        workload.awaitAllOver(before);

        var invariants = new Invariants(installation, workload, before);
        invariants.hold();
        invariants.allPassed();
        assertThat(workload.journal().subList(begun, workload.journal().size())).doesNotHaveDuplicates();
    }

    /** Lets a random time pass while jobs run: the moment of the fault is what is drawn. */
    private void underLoad() {
        long end = System.nanoTime() + random.nextLong(100_000_000L, 1_500_000_000L);
        for (long left = 1; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}

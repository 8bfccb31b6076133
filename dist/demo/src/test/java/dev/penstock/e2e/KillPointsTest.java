package dev.penstock.e2e;

import dev.penstock.demo.Program;
import dev.penstock.demo.Waiting;
import dev.penstock.e2e.KillPoint.Victim;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * F-1 and F-3: server and agents are ended at each point of a list while jobs run; they start again the first time, and
 * nothing is lost. One installation lives through all of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillPointsTest {
    /** An act that has not led to its point by then is done again. */
    private static final Duration AGAIN = Duration.ofSeconds(8);

    private Installation installation;
    private Workload workload;
    private Acts acts;
    private Byteman byteman;

    static List<KillPoint> points() {
        return KillPoints.all();
    }

    @BeforeAll
    void start() throws Exception {
        Path folder = Files.createTempDirectory("penstock-kill");
        byteman = new Byteman(folder.resolve("byteman"), points());
        installation = new Installation(folder, "", Map.of("PENSTOCK_JAVA", byteman.java()));
        installation.startAgents(2);
        workload = new Workload(installation, Workload.Size.LITTLE);
        acts = new Acts(installation, workload);
        Workload.Mark before = workload.mark();
        workload.watch();
        workload.triggerAll();
        workload.awaitAllOver(before);
    }

    @AfterAll
    void stop() throws Exception {
        if (installation != null) {
            installation.close();
        }
    }

    @ParameterizedTest
    @MethodSource("points")
    void nothingIsLostWhenAProcessIsKilledAt(KillPoint point) throws Exception {
        Workload.Mark before = workload.mark();
        byteman.arm(point);

        Program victim = pass(point);
        victim.startAgain();
        installation.awaitReady();
        workload.askAgain();
        acts.awaitPromises();
        workload.awaitAllOver(before);

        var invariants = new Invariants(installation, workload, before);
        invariants.hold();
        if (point.act() == Act.TRIGGER && point.victim() != Victim.WORKING_AGENT) {
            invariants.allPassed();
        }
    }

    /** Does what leads to the point until a process has ended there. */
    private Program pass(KillPoint point) throws Exception {
        long end = System.nanoTime() + Installation.SOON.toNanos();
        while (byteman.isArmed(point)) {
            if (System.nanoTime() - end > 0) {
                byteman.disarm(point);
                throw new IllegalStateException("Nobody has passed: " + point);
            }
            acts.perform(point.act());
            Waiting.within(AGAIN, () -> !byteman.isArmed(point));
        }
        List<Program> victims =
                point.victim() == Victim.SERVER ? List.of(installation.server()) : installation.agents();
        Waiting.until(
                "a process has ended at: " + point,
                Installation.SOON,
                () -> victims.stream().anyMatch(program -> !program.process().isAlive()));
        return victims.stream()
                .filter(program -> !program.process().isAlive())
                .findFirst()
                .orElseThrow();
    }
}

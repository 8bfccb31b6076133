package dev.penstock.e2e;

import dev.penstock.demo.Waiting;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** F-1: the server is ended at each point of a list while jobs run; it starts again the first time, and nothing is lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillPointsTest {
    private static final String CORE = "dev.penstock.core.";

    /** Every commit is a point, before and after it; the others lie between the steps of one act. */
    static List<KillPoint> points() {
        return List.of(
                new KillPoint("org.postgresql.jdbc.PgConnection", "commit", "ENTRY", 3),
                new KillPoint("org.postgresql.jdbc.PgConnection", "commit", "EXIT", 4),
                new KillPoint("org.postgresql.jdbc.PgConnection", "commit", "ENTRY", 17),
                new KillPoint("org.postgresql.jdbc.PgConnection", "commit", "EXIT", 23),
                new KillPoint(CORE + "run.PipelineRuns", "create", "EXIT", 1),
                new KillPoint(CORE + "run.JobRunStore", "apply", "ENTRY", 2),
                new KillPoint(CORE + "run.JobRunStore", "apply", "EXIT", 3),
                new KillPoint(CORE + "run.StageSettler", "settle", "EXIT", 1),
                new KillPoint(CORE + "platform.audit.AuditStore", "record", "EXIT", 1),
                new KillPoint(CORE + "platform.event.EventStore", "appendAll", "EXIT", 3));
    }

    private Installation installation;
    private Workload workload;
    private Path script;
    private Path mark;

    @BeforeAll
    void start() throws Exception {
        Path folder = Files.createTempDirectory("penstock-kill");
        script = folder.resolve("rules.btm");
        mark = folder.resolve("killed");
        KillPoint.disarm(script);
        // The archive's own Java is too small for Byteman.
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        installation = new Installation(
                folder,
                Map.of(
                        "PENSTOCK_JAVA",
                        java.toString(),
                        "JAVA_TOOL_OPTIONS",
                        "-javaagent:" + byteman() + "=script:" + script));
        installation.startAgents(2);
        workload = new Workload(installation);
    }

    @AfterAll
    void stop() throws Exception {
        installation.close();
    }

    @ParameterizedTest
    @MethodSource("points")
    void nothingIsLostWhenTheServerIsKilledAt(KillPoint point) throws Exception {
        int before = workload.acknowledged().size();
        point.arm(script, mark);
        installation.server().close();
        installation.server().startAgain();

        Waiting.until("the server has been ended at " + point, Installation.SOON, () -> {
            if (installation.server().process().isAlive() && !Files.exists(mark)) {
                workload.triggerAll();
            }
            return Files.exists(mark) && !installation.server().process().isAlive();
        });
        KillPoint.disarm(script);
        installation.startServerAgain();
        workload.askAgain();
        workload.awaitAllOver();
        workload.triggerAll();
        workload.awaitAllOver();

        var invariants = new Invariants(installation, workload);
        invariants.hold();
        invariants.allPassedSince(before);
    }

    private static String byteman() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Path.of(entry).getFileName().toString().startsWith("byteman-"))
                .findFirst()
                .orElseThrow();
    }
}

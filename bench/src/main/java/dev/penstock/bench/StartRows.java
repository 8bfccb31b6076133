package dev.penstock.bench;

import dev.penstock.core.platform.db.EmbeddedPostgres;
import dev.penstock.demo.Api;
import dev.penstock.demo.Archives;
import dev.penstock.demo.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** P1, P10, P2, P2c: how soon the server answers, and how much memory server and agent take when they have nothing to do. */
final class StartRows {
    /** Measured on this kind of machine beside Buildbot 3.7; used only where the peer is not measured in the same run. */
    private static final double BUILDBOT_SERVER_MEBIBYTES = 98;

    private static final double BUILDBOT_WORKER_MEBIBYTES = 49;
    private static final double BUILDBOT_START_SECONDS = 0.85;

    private final Report report;
    private final Scale scale;

    StartRows(Report report, Scale scale) {
        this.report = report;
        this.scale = scale;
    }

    void measure(Path folder) throws Exception {
        starts(folder);
        memory(folder.resolve("memory"));
    }

    /** With its own database, as an operator starts it: the first start makes the cluster, the others find it. */
    private void starts(Path folder) throws IOException, InterruptedException {
        int port = TestBed.freePort();
        var api = new Api("http://127.0.0.1:" + port);
        long begin = System.nanoTime();
        Program server = Program.start(
                "penstock-server",
                Archives.folder("server"),
                folder.resolve("server"),
                "http.port = " + port + "\n",
                Map.of());
        try {
            Ready.await(server, api);
            report.atMost(
                    "P10",
                    "first start: unpack, make the cluster, first 200",
                    ProcessFacts.secondsSince(begin),
                    "s",
                    4);
            double[] seconds = new double[scale.rounds() + 1];
            for (int i = 0; i < seconds.length; i++) {
                server.close();
                begin = System.nanoTime();
                server.startAgain();
                Ready.await(server, api);
                seconds[i] = ProcessFacts.secondsSince(begin);
            }
            double again = Rounds.median(seconds);
            report.ratio(
                    "P1", "start to first 200, embedded database, median", again, BUILDBOT_START_SECONDS, "s", 0.7);
        } finally {
            server.close();
        }
        long start = System.nanoTime();
        EmbeddedPostgres.start(folder.resolve("server/data/postgres")).close();
        report.atMost("P10", "the same database alone: start and stop", ProcessFacts.secondsSince(start), "s", 1.5);
    }

    private void memory(Path folder) throws Exception {
        try (var bed = new TestBed(folder, Map.of())) {
            bed.startAgents(2);
            for (int i = 0; i < 10; i++) {
                bed.createPipeline("idle" + i, "true");
            }
            Quiet.await(bed);
            report.ratio(
                    "P2",
                    "server RSS, idle, 10 pipelines, 2 agents",
                    ProcessFacts.residentMebibytes(bed.serverPid()),
                    BUILDBOT_SERVER_MEBIBYTES,
                    "MiB",
                    1.5);
            double agents = 0;
            for (Program agent : bed.agents()) {
                agents += ProcessFacts.residentMebibytes(agent.process().pid());
            }
            report.ratio("P2c", "agent RSS, idle", agents / bed.agents().size(), BUILDBOT_WORKER_MEBIBYTES, "MiB", 1);
        }
    }
}

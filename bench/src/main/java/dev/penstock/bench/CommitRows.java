package dev.penstock.bench;

import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** P5, P5b, P5c: from a commit to the process it starts, and what watching many repositories costs. */
final class CommitRows {
    private static final int POLL_SECONDS = 5;
    private static final int WATCHED = 1000;
    private static final int WATCH_SECONDS = 60;

    private final Report report;
    private final Scale scale;

    CommitRows(Report report, Scale scale) {
        this.report = report;
        this.scale = scale;
    }

    void measure(Path folder) throws Exception {
        try (var bed = new TestBed(
                        folder.resolve("few"), Map.of("materials.poll-seconds", Integer.toString(POLL_SECONDS)));
                var gate = new Gate(folder.resolve("few"))) {
            bed.startAgents(1);
            watch(bed, gate, "commits");
            gate.next();
            Quiet.awaitRuns(bed);
            byCheck(bed, gate);
            byPolling(bed, gate);
        }
        watchMany(folder.resolve("many"));
    }

    private static void watch(TestBed bed, Gate gate, String name) throws Exception {
        Path repository = Repositories.create(bed.folder().resolve("repositories"), name);
        bed.api().post("/api/v1/pipelines", definition(name, repository, gate.command("$GO_REVISION")));
    }

    static String definition(String name, Path repository, String shellLine) {
        var definition =
                SimulatedAgent.JSON.createObjectNode().put("name", name).put("group", "bench");
        var material = definition.putArray("materials").addObject().put("type", "git");
        material.putObject("options").put("url", repository.toString()).put("branch", "main");
        var stage =
                definition.putArray("stages").addObject().put("name", "work").put("fetch_materials", false);
        var options = stage.putArray("jobs")
                .addObject()
                .put("name", "job")
                .putArray("tasks")
                .addObject()
                .put("type", "exec")
                .putObject("options")
                .put("command", "sh");
        options.putArray("arguments").add("-c").add(shellLine);
        return definition.toString();
    }

    /** The server is told at once, as a webhook tells it. */
    private void byCheck(TestBed bed, Gate gate) throws Exception {
        long id = materialId(bed, "commits");
        long[] nanos = new long[scale.latencyJobs()];
        for (int i = 0; i < nanos.length; i++) {
            Repositories.commit(bed.folder().resolve("repositories/commits"), "commit " + i);
            long begin = System.nanoTime();
            bed.api().post("/api/v1/materials/" + id + "/check", "{}");
            nanos[i] = gate.next().nanos() - begin;
            Quiet.awaitRuns(bed);
        }
        Figures figures = Figures.of(nanos);
        report.atMost("P5", "told of a commit -> process started, p50", figures.medianMillis(), "ms", 42);
        report.atMost("P5", "told of a commit -> process started, p95", figures.percentileMillis(95), "ms", 90);
    }

    private void byPolling(TestBed bed, Gate gate) throws Exception {
        int commits = Math.max(5, scale.latencyJobs() / 5);
        var random = new Random(3);
        long[] nanos = new long[commits];
        for (int i = 0; i < commits; i++) {
            Thread.sleep(random.nextInt(200, 1000 * POLL_SECONDS));
            Repositories.commit(bed.folder().resolve("repositories/commits"), "polled " + i);
            long begin = System.nanoTime();
            nanos[i] = gate.next().nanos() - begin;
            Quiet.awaitRuns(bed);
        }
        Figures figures = Figures.of(nanos);
        String every = "commit -> process started, polled every " + POLL_SECONDS + " s, ";
        report.atMost("P5b", every + "p50", figures.medianMillis(), "ms", 1000 * (POLL_SECONDS / 2.0 + 0.2));
        report.atMost("P5b", every + "p95", figures.percentileMillis(95), "ms", 1000 * (0.95 * POLL_SECONDS + 0.3));
    }

    private void watchMany(Path folder) throws Exception {
        try (var bed = new TestBed(folder, Map.of("materials.poll-seconds", "60"))) {
            for (int i = 0; i < WATCHED; i++) {
                Path repository = Repositories.create(folder.resolve("repositories"), "watched" + i);
                bed.api().post("/api/v1/pipelines", definition("watched" + i, repository, "true"));
            }
            Quiet.awaitPolled(bed, WATCHED);
            double before = ProcessFacts.processorSeconds(bed.serverPid());
            Thread.sleep(1000L * WATCH_SECONDS);
            double share = 100 * (ProcessFacts.processorSeconds(bed.serverPid()) - before) / WATCH_SECONDS;
            report.atMost("P5c", "CPU of watching 1000 local repositories every 60 s", share, "% of a core", 3);
        }
    }

    private static long materialId(TestBed bed, String name) throws Exception {
        for (var material : bed.api().get("/api/v1/materials?limit=200").get("items")) {
            if (material.toString().contains("repositories/" + name)) {
                return material.get("id").asLong();
            }
        }
        throw new java.io.IOException("No material for " + name);
    }
}

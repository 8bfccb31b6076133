package dev.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** P3, P3b, P4, P4b, P4c: how soon a triggered job runs and is over, and how many go through, beside the floor. */
final class JobRows {
    private static final int AGENTS = 8;
    private static final int MANY_PIPELINES = 200;
    private static final Duration OVER = Duration.ofMinutes(10);

    private final Report report;
    private final Scale scale;

    JobRows(Report report, Scale scale) {
        this.report = report;
        this.scale = scale;
    }

    void measure(Path folder) throws Exception {
        try (var bed = new TestBed(folder, Map.of());
                var gate = new Gate(folder)) {
            bed.startAgents(AGENTS);
            latency(bed, gate, folder);
            throughput(bed, folder);
        }
    }

    private void latency(TestBed bed, Gate gate, Path folder) throws Exception {
        bed.createPipeline("latency", gate.command("$GO_PIPELINE_COUNTER"));
        gate.next();
        Quiet.awaitRuns(bed);
        double[][] ours = new double[4][scale.rounds()];
        double[][] floors = new double[4][scale.rounds()];
        for (int round = 0; round < scale.rounds(); round++) {
            Figures[] mine = oneByOne(bed, gate, round);
            take(ours, round, mine[0], mine[1]);
            try (var floor = new FloorRun(
                    TestBed.freePort(), bed.floorUrl(), Files.createDirectories(folder.resolve("floor")), AGENTS)) {
                floor.latency(20, 7);
                FloorRun.Latency least = floor.latency(scale.latencyJobs(), round);
                take(floors, round, least.started(), least.finished());
            }
        }
        report.ratio(
                "P3", "trigger -> process started, p50", Rounds.median(ours[0]), Rounds.median(floors[0]), "ms", 2.5);
        report.ratio(
                "P3", "trigger -> process started, p95", Rounds.median(ours[1]), Rounds.median(floors[1]), "ms", 4);
        report.ratio(
                "P3b", "trigger -> finished visible, p50", Rounds.median(ours[2]), Rounds.median(floors[2]), "ms", 2.5);
        report.ratio(
                "P3b", "trigger -> finished visible, p95", Rounds.median(ours[3]), Rounds.median(floors[3]), "ms", 4);
    }

    private static void take(double[][] into, int round, Figures started, Figures finished) {
        into[0][round] = started.medianMillis();
        into[1][round] = started.percentileMillis(95);
        into[2][round] = finished.medianMillis();
        into[3][round] = finished.percentileMillis(95);
    }

    /** From the trigger until the process says that it runs, and until the API says that the run has passed. */
    private Figures[] oneByOne(TestBed bed, Gate gate, long seed) throws IOException, InterruptedException {
        var random = new Random(seed);
        long[] started = new long[scale.latencyJobs()];
        long[] finished = new long[scale.latencyJobs()];
        for (int i = 0; i < scale.latencyJobs(); i++) {
            Thread.sleep(random.nextInt(5, 40));
            long begin = System.nanoTime();
            long counter = bed.trigger("latency");
            started[i] = gate.next().nanos() - begin;
            awaitPassed(bed, "latency", counter);
            finished[i] = System.nanoTime() - begin;
        }
        return new Figures[] {Figures.of(started), Figures.of(finished)};
    }

    private static void awaitPassed(TestBed bed, String pipeline, long counter)
            throws IOException, InterruptedException {
        while (true) {
            JsonNode run = bed.api().get("/api/v1/pipelines/" + pipeline + "/runs/" + counter);
            String state = run.get("state").asText();
            if (state.equals("PASSED")) {
                return;
            }
            if (state.equals("FAILED") || state.equals("CANCELLED")) {
                throw new IOException("Run " + counter + " of \"" + pipeline + "\" ended as " + state);
            }
        }
    }

    private void throughput(TestBed bed, Path folder) throws Exception {
        for (int i = 0; i < MANY_PIPELINES; i++) {
            bed.createPipeline("many" + i, "true");
        }
        Quiet.await(bed);
        double[] ours = new double[scale.rounds()];
        double[] floors = new double[scale.rounds()];
        double[] processor = new double[scale.rounds()];
        double[] accepted = new double[scale.rounds()];
        for (int round = 0; round < scale.rounds(); round++) {
            double before = ProcessFacts.processorSeconds(bed.serverPid());
            long begin = System.nanoTime();
            accepted[round] = triggerMany(bed);
            awaitAllOver(bed);
            ours[round] = scale.throughputJobs() / ProcessFacts.secondsSince(begin);
            processor[round] =
                    1000 * (ProcessFacts.processorSeconds(bed.serverPid()) - before) / scale.throughputJobs();
            try (var floor = new FloorRun(
                    TestBed.freePort(), bed.floorUrl(), Files.createDirectories(folder.resolve("floor")), AGENTS)) {
                floor.throughput(100);
                floors[round] = floor.throughput(scale.throughputJobs());
            }
        }
        report.share(
                "P4",
                scale.throughputJobs() + " trivial jobs, " + AGENTS + " agents",
                Rounds.median(ours),
                Rounds.median(floors),
                "jobs/s",
                0.45);
        report.atMost("P4b", "server CPU per job", Rounds.median(processor), "ms", 4.8);
        report.atLeast("P4c", "triggers accepted while building", Rounds.median(accepted), "/s", 500);
    }

    /** Triggers all pipelines in turn by four clients; a pipeline whose first stage runs queues its next run. Per second. */
    private double triggerMany(TestBed bed) throws InterruptedException, ExecutionException {
        long begin = System.nanoTime();
        try (var clients = Executors.newFixedThreadPool(4)) {
            var work = new java.util.ArrayList<java.util.concurrent.Future<?>>();
            for (int client = 0; client < 4; client++) {
                int first = client;
                work.add(clients.submit(() -> {
                    for (int i = first; i < scale.throughputJobs(); i += 4) {
                        triggerWhenFree(bed, "many" + i % MANY_PIPELINES);
                    }
                    return null;
                }));
            }
            for (var each : work) {
                each.get();
            }
        }
        return scale.throughputJobs() / ProcessFacts.secondsSince(begin);
    }

    /** A stage of one name runs once at a time in a pipeline: a trigger that comes too early is repeated. */
    private static void triggerWhenFree(TestBed bed, String pipeline) throws IOException, InterruptedException {
        while (true) {
            try {
                bed.trigger(pipeline);
                return;
            } catch (IOException e) {
                if (!String.valueOf(e.getMessage()).contains(" answered 409")) {
                    throw e;
                }
                Thread.sleep(2);
            }
        }
    }

    private static void awaitAllOver(TestBed bed) throws IOException, InterruptedException {
        dev.penstock.demo.Waiting.until(
                "all runs are over",
                OVER,
                () -> bed.api()
                        .get("/api/v1/runs?state=ACTIVE&limit=1")
                        .get("items")
                        .isEmpty());
    }
}

package dev.penstock.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/** P1b, P2b, P7, P7b, P7c, P9, P11: the same questions with many pipelines and a long history. */
final class HistoryRows {
    private static final int QUESTIONS = 60;

    /** Asked before, so that a server that was started a moment ago is measured as one that runs. */
    private static final int WARM_UP = 400;

    private static final int STARTS = 3;

    private final Report report;
    private final Scale scale;
    private final HttpClient http = HttpClient.newHttpClient();

    HistoryRows(Report report, Scale scale) {
        this.report = report;
        this.scale = scale;
    }

    void measure(Path folder) throws Exception {
        try (var bed = new TestBed(folder, Map.of("materials.poll-seconds", "3600"));
                var gate = new Gate(folder)) {
            bed.startAgents(2);
            bed.createPipeline("latency", gate.command("$GO_PIPELINE_COUNTER"));
            gate.next();
            Quiet.awaitRuns(bed);
            double emptyStart = restarts(bed);
            double empty = startMillis(bed, gate);
            new MadeUpHistory(bed).add(scale.pipelines(), scale.runsOfEach(), scale.history());
            double fullStart = restarts(bed);
            report.ratio(
                    "P1b",
                    "start with " + scale.pipelines() + " pipelines and " + scale.history()
                            + " runs, by the empty start",
                    fullStart,
                    emptyStart,
                    "s",
                    1.5);
            dashboard(bed);
            newestRuns(bed);
            Quiet.await(bed);
            report.atMost(
                    "P2b",
                    "server RSS with them, 2 agents",
                    ProcessFacts.residentMebibytes(bed.serverPid()),
                    "MiB",
                    256);
            bed.restart(); // as before the round without a history: both begin cold, and warm up equally
            Quiet.await(bed);
            double full = startMillis(bed, gate);
            report.ratio("P9", "trigger -> process started with that history, p50", full, empty, "ms", 1.2);
            change(bed);
        }
    }

    private static double restarts(TestBed bed) throws IOException, InterruptedException {
        double[] seconds = new double[STARTS];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = bed.restart();
        }
        return Rounds.median(seconds);
    }

    private double startMillis(TestBed bed, Gate gate) throws IOException, InterruptedException {
        double[] medians = new double[scale.rounds()];
        for (int round = 0; round < medians.length; round++) {
            long[] nanos = new long[scale.latencyJobs()];
            for (int i = 0; i < nanos.length; i++) {
                Thread.sleep(5 + i % 31);
                long begin = System.nanoTime();
                bed.trigger("latency");
                nanos[i] = gate.next().nanos() - begin;
                Quiet.awaitRuns(bed);
            }
            medians[round] = Figures.of(nanos).medianMillis();
        }
        return Rounds.median(medians);
    }

    private void dashboard(TestBed bed) throws IOException {
        Answers first = ask(bed, "/api/v1/dashboard", "");
        report.atMost(
                "P7",
                "dashboard of " + scale.pipelines() + " pipelines, p50",
                first.figures().medianMillis(),
                "ms",
                7);
        report.atMost("P7", "the same, p95", first.figures().percentileMillis(95), "ms", 14);
        report.atMost("P7", "the same, packed", first.bytes() / 1024.0, "KiB", 60);
        Answers unchanged = ask(bed, "/api/v1/dashboard", first.tag());
        report.atMost(
                "P7b",
                "the same, nothing changed (304), p50",
                unchanged.figures().medianMillis(),
                "ms",
                1);
    }

    private void newestRuns(TestBed bed) throws IOException {
        Answers answers = ask(bed, "/api/v1/runs?limit=200", "");
        report.atMost(
                "P7c",
                "newest 200 runs of all pipelines, " + scale.history() + " in history, p50",
                answers.figures().medianMillis(),
                "ms",
                12);
    }

    private record Answers(Figures figures, long bytes, String tag) {}

    private static Answers ask(TestBed bed, String path, String tag) throws IOException {
        long[] nanos = new long[QUESTIONS];
        try (var wire = new Wire(bed.port())) {
            Wire.Answer answer = wire.get(path, tag);
            for (int i = -WARM_UP; i < QUESTIONS; i++) {
                long begin = System.nanoTime();
                answer = wire.get(path, tag);
                if (i >= 0) {
                    nanos[i] = System.nanoTime() - begin;
                }
            }
            if (answer.status() != (tag.isEmpty() ? 200 : 304)) {
                throw new IOException(path + " answered " + answer.status());
            }
            return new Answers(
                    Figures.of(nanos), answer.bytes(), answer.headers().getOrDefault("etag", ""));
        }
    }

    /** One pipeline of many is changed, and its new definition is what the next reader gets. */
    private void change(TestBed bed) throws IOException, InterruptedException {
        double[] millis = new double[10];
        for (int i = 0; i < millis.length; i++) {
            String tag = http.send(
                            HttpRequest.newBuilder(URI.create(bed.url() + "/api/v1/pipelines/latency"))
                                    .build(),
                            BodyHandlers.ofString())
                    .headers()
                    .firstValue("ETag")
                    .orElseThrow(() -> new IOException("No ETag"));
            var patch = HttpRequest.newBuilder(URI.create(bed.url() + "/api/v1/pipelines/latency"))
                    .header("If-Match", tag)
                    .header("Content-Type", "application/merge-patch+json")
                    .method(
                            "PATCH",
                            HttpRequest.BodyPublishers.ofString("{\"label_template\":\"v" + i + "-${COUNT}\"}"))
                    .build();
            long begin = System.nanoTime();
            var answer = http.send(patch, BodyHandlers.ofString());
            String seen = bed.api().get("/api/v1/pipelines/latency").toString();
            millis[i] = (System.nanoTime() - begin) / 1e6;
            if (answer.statusCode() != 200 || !seen.contains("v" + i + "-")) {
                throw new IOException("The change was answered " + answer.statusCode() + " and is not seen");
            }
        }
        report.atMost(
                "P11", "a pipeline of " + scale.pipelines() + " changed and seen", Rounds.median(millis), "ms", 100);
    }

    /** For callers that count on SQL failing loudly. */
    static IOException failed(SQLException e) {
        return new IOException("The history cannot be made: " + e.getMessage(), e);
    }
}

package dev.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** P6 to P6d: a big console, from the process through the agent to the server, and back to who reads it. */
final class ConsoleRows {
    private static final int LINE_BYTES = 109;
    private static final int TALKERS = 8;

    private final Report report;
    private final Scale scale;
    private final HttpClient http = HttpClient.newHttpClient();

    ConsoleRows(Report report, Scale scale) {
        this.report = report;
        this.scale = scale;
    }

    void measure(Path folder) throws Exception {
        try (var bed = new TestBed(folder, Map.of());
                var gate = new Gate(folder)) {
            Path text = folder.resolve("big.txt");
            write(text, scale.consoleLines());
            bed.startAgents(TALKERS);
            double mebibytes = Files.size(text) / 1048576.0;
            long job = throughput(bed, text, mebibytes);
            reading(bed, job, mebibytes);
            liveness(bed, gate);
        }
    }

    private static void write(Path text, int lines) throws IOException {
        try (var writer = Files.newBufferedWriter(text, StandardCharsets.UTF_8)) {
            for (int i = 0; i < lines; i++) {
                String line = "[INFO] step " + i + " of the build: compiled module " + Integer.toHexString(i * 31)
                        + " and took " + i % 977 + " ms; next is ";
                writer.write(line + "x".repeat(Math.max(0, LINE_BYTES - 1 - line.length())) + "\n");
            }
        }
    }

    private long throughput(TestBed bed, Path text, double mebibytes) throws Exception {
        bed.createPipeline("big", "cat '" + text + "'");
        Quiet.await(bed);
        double[] seconds = new double[scale.rounds()];
        double[] processor = new double[scale.rounds()];
        double[] local = new double[scale.rounds()];
        long job = 0;
        for (int round = 0; round < scale.rounds(); round++) {
            double before = ProcessFacts.processorSeconds(bed.serverPid());
            long begin = System.nanoTime();
            long counter = bed.trigger("big");
            job = awaitJob(bed, counter);
            seconds[round] = ProcessFacts.secondsSince(begin);
            Quiet.await(bed); // packing is part of the price
            processor[round] = ProcessFacts.processorSeconds(bed.serverPid()) - before;
            long copy = System.nanoTime();
            Path target = text.resolveSibling("copy.txt");
            new ProcessBuilder("sh", "-c", "cat '" + text + "' > '" + target + "' && sync '" + target + "'")
                    .start()
                    .waitFor();
            local[round] = ProcessFacts.secondsSince(copy);
        }
        double took = Rounds.median(seconds);
        report.ratio(
                "P6",
                "console of " + Math.round(mebibytes) + " MiB, end to end, by a local file",
                took,
                Rounds.median(local),
                "s",
                3);
        report.atLeast("P6", "the same as a rate", mebibytes / took, "MiB/s", 115);
        report.atMost(
                "P6b",
                "server CPU for 100 MiB of it, compressed at rest",
                Rounds.median(processor) * 100 / mebibytes,
                "s",
                1);
        return job;
    }

    private static long awaitJob(TestBed bed, long counter) throws IOException, InterruptedException {
        while (true) {
            JsonNode run = bed.api().get("/api/v1/pipelines/big/runs/" + counter);
            if (run.get("state").asText().equals("PASSED")) {
                return jobOf(run);
            }
            if (run.get("state").asText().equals("FAILED")) {
                throw new IOException("The big console's run failed");
            }
            Thread.sleep(2);
        }
    }

    private static long jobOf(JsonNode run) {
        return run.get("stages")
                .get(0)
                .get("runs")
                .get(0)
                .get("jobs")
                .get(0)
                .get("id")
                .asLong();
    }

    private void reading(TestBed bed, long job, double mebibytes) throws IOException, InterruptedException {
        double[] whole = new double[scale.rounds()];
        double[] last = new double[scale.rounds() * 5];
        String console = bed.url() + "/api/v1/jobs/" + job + "/console";
        for (int i = 0; i < whole.length; i++) {
            whole[i] = read(console);
        }
        for (int i = 0; i < last.length; i++) {
            last[i] = 1000 * read(console + "?tail=1000");
        }
        report.atMost("P6d", "reading 100 MiB of it back", Rounds.median(whole) * 100 / mebibytes, "s", 0.4);
        report.atMost("P6d", "its last 1000 lines", Rounds.median(last), "ms", 20);
    }

    private double read(String url) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        var answer = http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofInputStream());
        try (InputStream in = answer.body()) {
            byte[] buffer = new byte[1 << 16];
            while (in.read(buffer) >= 0) {}
        }
        if (answer.statusCode() != 200) {
            throw new IOException(url + " answered " + answer.statusCode());
        }
        return ProcessFacts.secondsSince(begin);
    }

    /** While all agents print without a pause, one job prints a line now and then: how late is it in a browser's stream? */
    private void liveness(TestBed bed, Gate gate) throws Exception {
        for (int i = 1; i < TALKERS; i++) {
            bed.createPipeline("talker" + i, "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done");
        }
        String speak =
                "i=0; while [ $i -lt 40 ]; do sleep 0.1; " + gate.command("$i") + "; echo spoke-$i; i=$((i+1)); done";
        bed.createPipeline("speaker", speak);
        while (true) { // the first run, which the making of the pipeline has started, is over
            if (gate.next().line().equals("39")) {
                break;
            }
        }
        Quiet.awaitRuns(bed);
        var talking = new AtomicBoolean(true);
        Thread talkers = Thread.ofVirtual().start(() -> keepTalking(bed, talking));
        long counter = bed.trigger("speaker");
        long[] heard = new long[40];
        long[] said = new long[40];
        long job = jobOf(bed.api().get("/api/v1/pipelines/speaker/runs/" + counter));
        try (var lines = new BufferedReader(new InputStreamReader(
                bed.api().stream("/api/v1/jobs/" + job + "/console/stream"), StandardCharsets.UTF_8))) {
            int expected = 0;
            for (String line = lines.readLine(); line != null && expected < 40; line = lines.readLine()) {
                if (line.contains("spoke-" + expected) && !line.contains(">>")) {
                    heard[expected++] = System.nanoTime();
                }
            }
        }
        talking.set(false);
        talkers.join();
        for (int i = 0; i < 40; i++) {
            said[i] = gate.next().nanos();
        }
        long[] late = new long[40];
        Arrays.setAll(late, i -> Math.max(0, heard[i] - said[i]));
        report.atMost(
                "P6c",
                "a printed line is in the stream, " + TALKERS + " agents print, p95",
                Figures.of(late).percentileMillis(95),
                "ms",
                250);
    }

    private static void keepTalking(TestBed bed, AtomicBoolean talking) {
        try {
            while (talking.get()) {
                for (int i = 1; i < TALKERS && talking.get(); i++) {
                    try {
                        bed.trigger("talker" + i);
                    } catch (IOException _) {
                        Thread.sleep(20); // it still talks
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

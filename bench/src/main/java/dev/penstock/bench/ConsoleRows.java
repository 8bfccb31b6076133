package dev.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.demo.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** P6 to P6d: a big console, from the process through the agent to the server, and back to who reads it. */
final class ConsoleRows {
    private static final int LINE_BYTES = 109;

    private final Report report;
    private final Scale scale;
    private final HttpClient http = HttpClient.newHttpClient();

    ConsoleRows(Report report, Scale scale) {
        this.report = report;
        this.scale = scale;
    }

    void measure(Path folder) throws Exception {
        try (var bed = new TestBed(folder, Map.of())) {
            Path text = folder.resolve("big.txt");
            write(text, scale.consoleLines());
            double floor = receiving(bed, text);
            bed.startAgents(1);
            long job = throughput(bed, text, floor);
            reading(bed, job, mebibytes(text));
        }
    }

    private static double mebibytes(Path text) throws IOException {
        return Files.size(text) / 1048576.0;
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

    /** What the server takes from an agent that costs nothing, beside what the floor takes; returns the floor's seconds. */
    private double receiving(TestBed bed, Path text) throws Exception {
        byte[] bytes = Files.readAllBytes(text);
        bed.createPipeline("received", "true", List.of("sender"));
        var agent = new SimulatedAgent(http, bed.url(), "sender");
        agent.join(bed.registrationKey(), List.of("sender"));
        double[] floors = new double[scale.rounds()];
        double[] seconds = new double[scale.rounds()];
        double[] processor = new double[scale.rounds()];
        for (int round = 0; round < scale.rounds(); round++) {
            try (var floor = new FloorRun(
                    TestBed.freePort(),
                    bed.floorUrl(),
                    Files.createDirectories(bed.folder().resolve("floor")),
                    0)) {
                floor.receive(bytes); // for its JIT
                floors[round] = floor.receive(bytes);
            }
            JobAssignment job = awaitWork(bed, agent);
            double before = ProcessFacts.processorSeconds(bed.serverPid());
            long begin = System.nanoTime();
            try (ByteSender sender = agent.sender()) {
                String path = "/agent/v1/jobs/" + job.jobId() + "/console?attempt=" + job.attempt() + "&offset=";
                for (int at = 0; at < bytes.length; at += Protocol.MAX_CONSOLE_CHUNK_BYTES) {
                    int length = Math.min(Protocol.MAX_CONSOLE_CHUNK_BYTES, bytes.length - at);
                    sender.send("PUT", path + at, bytes, at, length);
                }
            }
            agent.pass(job, bytes.length);
            seconds[round] = ProcessFacts.secondsSince(begin);
            processor[round] = ProcessFacts.processorSeconds(bed.serverPid()) - before;
        }
        double rate = mebibytes(text);
        report.fact("P6", "the floor receives it: one body, one file", rate / Rounds.median(floors), "MiB/s");
        report.share(
                "P6",
                "the server receives it in chunks, to the end of the job",
                rate / Rounds.median(seconds),
                rate / Rounds.median(floors),
                "MiB/s",
                0.5);
        report.fact("P6b", "server CPU for 100 MiB, received", Rounds.median(processor) * 100 / rate, "s");
        return Rounds.median(floors);
    }

    /** The making of a pipeline starts runs, too: first those. */
    private static JobAssignment awaitWork(TestBed bed, SimulatedAgent agent) throws IOException, InterruptedException {
        JobAssignment job = agent.poll(1).assignment();
        if (job == null) {
            bed.trigger("received");
            job = agent.poll(30).assignment();
        }
        if (job == null) {
            throw new IOException("Pipeline \"received\" gives its agent no work");
        }
        return job;
    }

    private long throughput(TestBed bed, Path text, double floorSeconds) throws Exception {
        double mebibytes = mebibytes(text);
        bed.createPipeline("big", "cat '" + text + "'");
        Quiet.awaitRuns(bed);
        awaitPacked(bed, awaitJob(bed, bed.trigger("big")));
        double idle = idleShare(bed);
        double[] seconds = new double[scale.rounds()];
        double[] processor = new double[scale.rounds()];
        double[] local = new double[scale.rounds()];
        long job = 0;
        for (int round = 0; round < scale.rounds(); round++) {
            double before = ProcessFacts.processorSeconds(bed.serverPid());
            long begin = System.nanoTime();
            job = awaitJob(bed, bed.trigger("big"));
            seconds[round] = ProcessFacts.secondsSince(begin);
            awaitPacked(bed, job); // packing is part of the price, waiting for it is not
            processor[round] =
                    ProcessFacts.processorSeconds(bed.serverPid()) - before - idle * ProcessFacts.secondsSince(begin);
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
        report.share(
                "P6", "the same as a rate, by the floor's", mebibytes / took, mebibytes / floorSeconds, "MiB/s", 0.5);
        report.atLeast("P6", "the same, whatever the floor", mebibytes / took, "MiB/s", 115);
        report.atMost(
                "P6b",
                "server CPU for 100 MiB of it, compressed at rest",
                Rounds.median(processor) * 100 / mebibytes,
                "s",
                1);
        return job;
    }

    /** Returns when the console of a job is packed. */
    private static void awaitPacked(TestBed bed, long job) throws IOException, InterruptedException {
        Waiting.until("the console is packed", TestBed.DEADLINE, () -> {
            Thread.sleep(200); // each look costs the server something
            return bed.api()
                    .get("/api/v1/jobs/" + job + "/consoles")
                    .get("items")
                    .get(0)
                    .hasNonNull("sha256");
        });
    }

    /** What the server uses of a processor while nobody wants anything but a look now and then. */
    private static double idleShare(TestBed bed) throws IOException, InterruptedException {
        double before = ProcessFacts.processorSeconds(bed.serverPid());
        long begin = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            bed.api().get("/api/v1/runs?limit=1");
            Thread.sleep(200);
        }
        return (ProcessFacts.processorSeconds(bed.serverPid()) - before) / ProcessFacts.secondsSince(begin);
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
            Thread.sleep(10);
        }
    }

    static long jobOf(JsonNode run) {
        return run.get("stages")
                .get(0)
                .get("runs")
                .get(0)
                .get("jobs")
                .get(0)
                .get("id")
                .asLong();
    }

    private void reading(TestBed bed, long job, double mebibytes) throws IOException {
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

    /** The JDK's small client, which costs less than what it measures. */
    private static double read(String url) throws IOException {
        long begin = System.nanoTime();
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        try (InputStream in = connection.getInputStream()) {
            byte[] buffer = new byte[1 << 16];
            while (in.read(buffer) >= 0) {}
        }
        return ProcessFacts.secondsSince(begin);
    }
}

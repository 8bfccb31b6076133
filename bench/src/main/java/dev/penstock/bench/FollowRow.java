package dev.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** P6c: while all other agents print as fast as they can, how late is a line of one job in a browser's stream? */
final class FollowRow {
    private static final int AGENTS = 8;
    private static final int LINES = 40;

    /** Ends by itself after minutes, if nobody ends it. */
    private static final String TALK = "i=0; while [ $i -lt 20000000 ]; do"
            + " echo \"[INFO] line $i of a job that has much to say about little\"; i=$((i+1)); done";

    private final Report report;

    FollowRow(Report report) {
        this.report = report;
    }

    void measure(Path folder) throws Exception {
        try (var bed = new TestBed(folder, Map.of());
                var gate = new Gate(folder)) {
            bed.startAgents(AGENTS);
            for (int i = 1; i < AGENTS; i++) {
                bed.createPipeline("talker" + i, TALK);
            }
            awaitTalk(bed);
            Figures late = late(bed, gate);
            report.fact(
                    "P6c",
                    "the same load: a line goes to one other process and back, p95",
                    echoed().percentileMillis(95),
                    "ms");
            report.fact(
                    "P6c",
                    "a printed line is in the stream, " + AGENTS + " agents print, p50",
                    late.percentileMillis(50),
                    "ms");
            report.atMost("P6c", "the same, p95", late.percentileMillis(95), "ms", 250);
            report.fact("P6c", "printed by the others meanwhile", talked(bed), "MiB/s");
        }
    }

    private long talkedBytes;
    private long talkedAt;

    private void awaitTalk(TestBed bed) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TestBed.DEADLINE.toNanos();
        for (int i = 1; i < AGENTS; i++) {
            while (length(bed, "talker" + i) < 1 << 20) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("Pipeline \"talker" + i + "\" does not print");
                }
                Thread.sleep(100);
            }
        }
        talkedBytes = total(bed);
        talkedAt = System.nanoTime();
    }

    private double talked(TestBed bed) throws IOException, InterruptedException {
        return (total(bed) - talkedBytes) / 1048576.0 / ProcessFacts.secondsSince(talkedAt);
    }

    private static long total(TestBed bed) throws IOException, InterruptedException {
        long total = 0;
        for (int i = 1; i < AGENTS; i++) {
            total += length(bed, "talker" + i);
        }
        return total;
    }

    private static long length(TestBed bed, String pipeline) throws IOException, InterruptedException {
        long job = ConsoleRows.jobOf(bed.api().get("/api/v1/pipelines/" + pipeline + "/runs/1"));
        JsonNode consoles = bed.api().get("/api/v1/jobs/" + job + "/consoles").get("items");
        return consoles.isEmpty() ? 0 : consoles.get(0).get("length").asLong();
    }

    private static Figures late(TestBed bed, Gate gate) throws IOException, InterruptedException {
        Path listening = bed.folder().resolve("listening");
        bed.createPipeline(
                "speaker",
                "while [ ! -e '" + listening + "' ]; do sleep 0.2; done; i=0; while [ $i -lt " + LINES
                        + " ]; do sleep 0.1; " + gate.command("$i") + "; echo spoke-$i; i=$((i+1)); done");
        long job = ConsoleRows.jobOf(bed.api().get("/api/v1/pipelines/speaker/runs/1"));
        long[] heard = new long[LINES];
        // The JDK's small client: the other one hands each line from thread to thread, and processors are scarce here.
        var stream = (HttpURLConnection) URI.create(bed.url() + "/api/v1/jobs/" + job + "/console/stream")
                .toURL()
                .openConnection();
        try (var lines = new BufferedReader(new InputStreamReader(stream.getInputStream(), StandardCharsets.UTF_8))) {
            Files.createFile(listening);
            hear(lines, heard);
        }
        long[] late = new long[LINES];
        for (int i = 0; i < LINES; i++) {
            Gate.Said said = gate.next();
            if (!said.line().equals(Integer.toString(i)) || heard[i] <= said.nanos()) {
                throw new IOException("Line " + i + " was heard before it was said: the measurement is wrong");
            }
            late[i] = heard[i] - said.nanos();
        }
        return Figures.of(late);
    }

    /** What the scheduler alone makes of it: our line passes through four processes, and some threads in each. */
    private static Figures echoed() throws IOException, InterruptedException {
        Process echo = new ProcessBuilder("sh", "-c", "while read -r line; do echo \"$line\"; done").start();
        try (var in = echo.inputReader(StandardCharsets.UTF_8);
                var out = echo.outputWriter(StandardCharsets.UTF_8)) {
            long[] late = new long[LINES];
            for (int i = 0; i < LINES; i++) {
                Thread.sleep(100);
                long begin = System.nanoTime();
                out.write("line " + i + "\n");
                out.flush();
                in.readLine();
                late[i] = System.nanoTime() - begin;
            }
            return Figures.of(late);
        } finally {
            echo.destroyForcibly();
        }
    }

    /** Notes when each line is there; an event may have several of them, or a part of one. */
    private static void hear(BufferedReader lines, long[] heard) throws IOException {
        var text = new StringBuilder();
        int next = 0;
        for (String line = lines.readLine(); line != null && next < heard.length; line = lines.readLine()) {
            long now = System.nanoTime();
            if (!line.startsWith("data:")) {
                continue;
            }
            text.append(
                    SimulatedAgent.JSON.readTree(line.substring(5)).path("text").asText());
            while (next < heard.length && text.indexOf("spoke-" + next + "\n") >= 0) {
                heard[next++] = now;
            }
        }
        if (next < heard.length) {
            throw new IOException("The stream ended before line " + next);
        }
    }
}

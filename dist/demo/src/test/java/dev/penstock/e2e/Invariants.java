package dev.penstock.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.demo.Api;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What holds after every fault, when all is over: I-1 to I-6 and I-8 of the reliability model. I-7 is that it is over. It is
 * looked at what has come since a mark.
 */
final class Invariants {
    private static final Set<String> FINAL = Set.of("PASSED", "FAILED", "CANCELLED");

    private final Api api;
    private final Workload workload;
    private final Workload.Mark mark;

    Invariants(Installation installation, Workload workload, Workload.Mark mark) {
        this.api = installation.api();
        this.workload = workload;
        this.mark = mark;
    }

    /** Whatever was hurt, no agent was lost and nobody cancelled anything: every run has passed, and there are some. */
    void allPassed() throws IOException, InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        for (String pipeline : workload.pipelines()) {
            all.addAll(Runs.since(api, pipeline, mark));
        }
        assertThat(all)
                .as("runs")
                .isNotEmpty()
                .allSatisfy(run ->
                        assertThat(run.get("state").asText()).as("run %s", run).isEqualTo("PASSED"));
    }

    void hold() throws IOException, InterruptedException {
        eachTriggerHasExactlyOneRun();
        new AuditTrail(api, mark.audited()).holds(workload);
        for (String pipeline : workload.pipelines()) {
            List<JsonNode> runs = Runs.since(api, pipeline, mark);
            countersHaveNoGaps(pipeline, runs);
            for (JsonNode run : runs) {
                everythingIsOver(run);
                for (JsonNode stage : Runs.stages(run)) {
                    for (JsonNode job : stage.path("jobs")) {
                        check(pipeline, run, stage, job);
                    }
                }
            }
        }
    }

    /** I-1. */
    private void eachTriggerHasExactlyOneRun() throws IOException, InterruptedException {
        Set<String> started = new HashSet<>();
        List<Workload.Acknowledged> all = workload.acknowledged();
        for (Workload.Acknowledged trigger : all.subList(mark.acknowledged(), all.size())) {
            JsonNode now = api.get("/api/v1/triggers/" + trigger.id());
            assertThat(now.get("state").asText()).as("trigger %s", now).isIn("STARTED", "REFUSED");
            if (now.get("state").asText().equals("STARTED")) {
                String run =
                        trigger.pipeline() + "/" + now.get("run").get("counter").asLong();
                assertThat(started.add(run))
                        .as("two triggers of one run: %s", run)
                        .isTrue();
            }
        }
    }

    private void countersHaveNoGaps(String pipeline, List<JsonNode> runs) {
        int before = mark.runs().getOrDefault(pipeline, 0);
        List<Integer> counters =
                runs.stream().map(run -> run.get("counter").asInt()).sorted().toList();

        assertThat(counters)
                .as("counters of %s", pipeline)
                .isEqualTo(IntStream.rangeClosed(before + 1, before + counters.size())
                        .boxed()
                        .toList());
    }

    /** I-2 and I-8. */
    private static void everythingIsOver(JsonNode run) {
        assertThat(run.get("state").asText()).as("run %s", run).isIn(FINAL);
        for (JsonNode stage : Runs.stages(run)) {
            assertThat(stage.get("state").asText()).as("stage %s", stage).isIn(FINAL);
            for (JsonNode job : stage.path("jobs")) {
                assertThat(job.get("state").asText()).as("job %s", job).isEqualTo("FINISHED");
            }
        }
    }

    private void check(String pipeline, JsonNode run, JsonNode stage, JsonNode job)
            throws IOException, InterruptedException {
        String place = pipeline + "/" + run.get("counter").asLong() + "/"
                + stage.get("name").asText() + "/" + stage.get("counter").asLong() + "/"
                + job.get("name").asText();
        if (job.get("name").asText().equals("once")) {
            // I-3: what a person has to decide about is never repeated unasked.
            assertThat(workload.journal().stream().filter(("start " + place)::equals))
                    .hasSizeLessThanOrEqualTo(1);
        }
        if (job.get("result").asText().equals("PASSED")) {
            consoleIsWhole(place, run, job);
            artifactIsWhole(place, run, job);
        }
    }

    /** I-4: every line that the job printed, once, in order. */
    private void consoleIsWhole(String place, JsonNode run, JsonNode job) throws IOException, InterruptedException {
        String console = api.text("/api/v1/jobs/" + job.get("id").asLong() + "/console");
        String end = " of " + run.get("counter").asLong();
        List<String> lines = console.lines()
                .map(line -> line.length() > 28 ? line.substring(28) : "")
                .filter(line -> line.startsWith("line ") && line.endsWith(end))
                .toList();

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < workload.size().lines(); i++) {
            expected.add("line " + i + end);
        }
        assertThat(lines).as("console of %s", place).isEqualTo(expected);
    }

    /** I-5: what is visible is there, with its hash. */
    private void artifactIsWhole(String place, JsonNode run, JsonNode job) throws IOException, InterruptedException {
        String path = "/api/v1/jobs/" + job.get("id").asLong() + "/artifacts";
        String text = api.text(path + "/made.txt");

        assertThat(text)
                .as("artifact of %s", place)
                .isEqualTo("made by " + run.get("counter").asLong() + "\n");
        assertThat(api.get(path).toString()).as("hash of %s", place).contains(sha256(text));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}

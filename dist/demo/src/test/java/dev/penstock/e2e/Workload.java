package dev.penstock.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.penstock.demo.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Pipelines whose jobs leave traces, and clients that trigger them and write down what was acknowledged. A job prints
 * numbered lines, publishes a file and a test report, and notes its start in a journal outside of Penstock.
 */
final class Workload {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Started by commits; all others are started by people. */
    static final String WATCHED = "watched";

    private final Installation installation;
    private final Size size;
    private final Path journal;
    private final Path source;
    private final List<String> started;
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final List<Unsure> unsure = new ArrayList<>();
    private final Ledger ledger = new Ledger();

    /**
     * How much work there is.
     *
     * @param pipelines that are triggered
     * @param lines that each job prints
     * @param longSeconds how long one job of each pipeline takes at least; the others take no time
     */
    record Size(int pipelines, int lines, String longSeconds) {
        /** Enough that a fault at a random moment hits something. */
        static final Size LOAD = new Size(3, 300, "0.3");

        /** As little as passes every point once; a job of more than a second reports what it does meanwhile. */
        static final Size LITTLE = new Size(2, 30, "1.3");
    }

    /** How far the world had come, so that what follows can be looked at alone. */
    record Mark(int acknowledged, Map<String, Integer> runs, long audited) {}

    /** A trigger of which nobody knows whether it was done. */
    private record Unsure(String pipeline, String key) {}

    /** A trigger that was answered with success. */
    record Acknowledged(String pipeline, String id) {}

    Workload(Installation installation, Size size) throws IOException, InterruptedException {
        this.installation = installation;
        this.size = size;
        this.journal = installation.folder().resolve("journal");
        Files.createFile(journal);
        source = Git.repository(installation.repositories().resolve("source"));
        started =
                IntStream.range(0, size.pipelines()).mapToObj(i -> "chaos" + i).toList();
        for (String pipeline : started) {
            installation.api().post("/api/v1/pipelines", definition(pipeline, source, "manual"));
        }
    }

    /** Adds a pipeline that each commit to {@link #source} starts. */
    void watch() throws IOException, InterruptedException {
        installation.api().post("/api/v1/pipelines", definition(WATCHED, source, "success"));
    }

    /** Two stages: two jobs that may be run again by themselves, then one about which a person decides. */
    private String definition(String name, Path repository, String approval) throws IOException {
        String work =
                "echo \"start $GO_PIPELINE_NAME/$GO_PIPELINE_COUNTER/$GO_STAGE_NAME/$GO_STAGE_COUNTER/$GO_JOB_NAME\" >> '"
                        + journal + "'; i=0; while [ $i -lt " + size.lines()
                        + " ]; do echo \"line $i of $GO_PIPELINE_COUNTER\"; i=$((i+1)); done;"
                        + " if [ $GO_JOB_NAME = right ]; then sleep " + size.longSeconds() + "; fi;"
                        + " echo \"made by $GO_PIPELINE_COUNTER\" > made.txt;"
                        + " echo '<testsuite name=\"s\"><testcase classname=\"c\" name=\"n\"/></testsuite>' > report.xml";
        var artifacts =
                List.of(Map.of("kind", "build", "source", "made.txt"), Map.of("kind", "test", "source", "report.xml"));
        var tasks =
                List.of(Map.of("type", "exec", "options", Map.of("command", "sh", "arguments", List.of("-c", work))));
        var build = Map.of(
                "name",
                "build",
                "fetch_materials",
                true,
                "approval",
                Map.of("type", approval),
                "jobs",
                List.of(
                        Map.of(
                                "name",
                                "left",
                                "tasks",
                                tasks,
                                "artifacts",
                                artifacts,
                                "on_agent_loss",
                                Map.of("policy", "rerun", "max_reruns", 9)),
                        Map.of(
                                "name",
                                "right",
                                "tasks",
                                tasks,
                                "artifacts",
                                artifacts,
                                "on_agent_loss",
                                Map.of("policy", "rerun", "max_reruns", 9))));
        var deploy = Map.of(
                "name",
                "deploy",
                "fetch_materials",
                false,
                "jobs",
                List.of(Map.of(
                        "name",
                        "once",
                        "tasks",
                        tasks,
                        "artifacts",
                        artifacts,
                        "on_agent_loss",
                        Map.of("policy", "ask"))));
        return JSON.writeValueAsString(Map.of(
                "name",
                name,
                "group",
                "chaos",
                "materials",
                List.of(Map.of("type", "git", "options", Map.of("url", repository.toString(), "branch", "main"))),
                "stages",
                List.of(build, deploy)));
    }

    /** Triggers each pipeline once; what the server does not answer, or refuses as too early, is not acknowledged. */
    void triggerAll() throws InterruptedException {
        for (String pipeline : started) {
            trigger(pipeline);
        }
    }

    void trigger(String pipeline) throws InterruptedException {
        var wish = new Unsure(pipeline, UUID.randomUUID().toString());
        if (!ask(wish)) {
            unsure.add(wish);
        }
    }

    /** Asks again what nobody answered, under the same keys: what was done then is not done twice. */
    void askAgain() throws InterruptedException {
        unsure.removeIf(wish -> {
            try {
                return ask(wish);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        });
        assertThat(unsure)
                .as("triggers without an answer from a server that is ready")
                .isEmpty();
    }

    /** Whether there was an answer, be it a refusal. */
    private boolean ask(Unsure wish) throws InterruptedException {
        try {
            JsonNode answer = installation
                    .api()
                    .post(
                            "/api/v1/pipelines/" + wish.pipeline() + "/triggers",
                            "{}",
                            Map.of("Idempotency-Key", wish.key()));
            ledger.done("pipeline.trigger", "pipeline/" + wish.pipeline());
            acknowledged.add(new Acknowledged(wish.pipeline(), answer.get("id").asText()));
            return true;
        } catch (IOException e) {
            String said = String.valueOf(e.getMessage());
            return said.contains(" answered 4") && !said.contains("is still under way");
        }
    }

    Path source() {
        return source;
    }

    Size size() {
        return size;
    }

    Ledger ledger() {
        return ledger;
    }

    List<String> pipelines() throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        installation
                .api()
                .get("/api/v1/pipelines?limit=200")
                .get("items")
                .forEach(one -> names.add(one.get("name").asText()));
        return names;
    }

    Mark mark() throws IOException, InterruptedException {
        Map<String, Integer> runs = new HashMap<>();
        for (String pipeline : pipelines()) {
            runs.put(pipeline, Runs.newest(installation.api(), pipeline));
        }
        ledger.clear();
        return new Mark(acknowledged.size(), runs, AuditTrail.newest(installation.api()));
    }

    List<Acknowledged> acknowledged() {
        return List.copyOf(acknowledged);
    }

    List<String> journal() throws IOException {
        return Files.readAllLines(journal);
    }

    /** Until no run since then is under way; jobs about whose loss a person has to decide are given up. */
    void awaitAllOver(Mark mark) throws IOException, InterruptedException {
        Waiting.until("all runs are over", Installation.SOON, () -> {
            try {
                boolean over = true;
                for (String pipeline : pipelines()) {
                    for (JsonNode run : Runs.since(installation.api(), pipeline, mark)) {
                        over &= isOver(run);
                    }
                }
                return over;
            } catch (IOException e) {
                if (!installation.server().process().isAlive()) {
                    throw e;
                }
                return false;
            }
        });
    }

    private boolean isOver(JsonNode run) throws IOException, InterruptedException {
        String state = run.get("state").asText();
        if (state.equals("PASSED") || state.equals("FAILED") || state.equals("CANCELLED")) {
            return true;
        }
        for (JsonNode stage : Runs.stages(run)) {
            for (JsonNode job : stage.path("jobs")) {
                if (job.get("state").asText().equals("LOST")) {
                    ledger.attempt(
                            "job.give_up",
                            "job/",
                            () -> installation
                                    .api()
                                    .post("/api/v1/jobs/" + job.get("id").asLong() + "/give-up", ""));
                }
            }
        }
        return false;
    }
}

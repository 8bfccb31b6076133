package dev.penstock.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.penstock.demo.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Pipelines whose jobs leave traces, and clients that trigger them and write down what was acknowledged. A job prints
 * numbered lines, publishes a file, and notes its start in a journal outside of Penstock.
 */
final class Workload {
    static final int LINES = 300;

    private static final ObjectMapper JSON = new ObjectMapper();
    static final List<String> PIPELINES = List.of("chaos0", "chaos1", "chaos2");

    private final Installation installation;
    private final Path journal;
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final List<Unsure> unsure = new ArrayList<>();

    /** A trigger of which nobody knows whether it was done. */
    private record Unsure(String pipeline, String key) {}

    /** A trigger that was answered with success. */
    record Acknowledged(String pipeline, String id) {}

    Workload(Installation installation) throws IOException, InterruptedException {
        this.installation = installation;
        this.journal = installation.folder().resolve("journal");
        Files.createFile(journal);
        Path repository = Git.repository(installation.repositories().resolve("source"));
        for (String pipeline : PIPELINES) {
            installation.api().post("/api/v1/pipelines", definition(pipeline, repository));
        }
    }

    /** Two stages: two jobs that may be run again by themselves, then one about which a person decides. */
    private String definition(String name, Path repository) throws IOException {
        String work =
                "echo \"start $GO_PIPELINE_NAME/$GO_PIPELINE_COUNTER/$GO_STAGE_NAME/$GO_STAGE_COUNTER/$GO_JOB_NAME\" >> '"
                        + journal + "'; i=0; while [ $i -lt " + LINES
                        + " ]; do echo \"line $i of $GO_PIPELINE_COUNTER\"; i=$((i+1));"
                        + " [ $((i % 100)) -eq 0 ] && sleep 0.1; done; echo \"made by $GO_PIPELINE_COUNTER\" > made.txt";
        var artifacts = List.of(Map.of("kind", "build", "source", "made.txt"));
        var tasks =
                List.of(Map.of("type", "exec", "options", Map.of("command", "sh", "arguments", List.of("-c", work))));
        var build = Map.of(
                "name",
                "build",
                "fetch_materials",
                true,
                "approval",
                Map.of("type", "manual"),
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
        for (String pipeline : PIPELINES) {
            trigger(pipeline);
        }
    }

    private void trigger(String pipeline) throws InterruptedException {
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
            acknowledged.add(new Acknowledged(wish.pipeline(), answer.get("id").asText()));
            return true;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains(" answered 4");
        }
    }

    List<Acknowledged> acknowledged() {
        return List.copyOf(acknowledged);
    }

    List<String> journal() throws IOException {
        return Files.readAllLines(journal);
    }

    /** Until no run is under way; jobs about whose loss a person has to decide are given up. */
    void awaitAllOver() throws IOException, InterruptedException {
        Waiting.until("all runs are over", Installation.SOON, () -> {
            try {
                boolean over = true;
                for (String pipeline : PIPELINES) {
                    for (JsonNode run : Runs.of(installation.api(), pipeline)) {
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
                    installation.api().post("/api/v1/jobs/" + job.get("id").asLong() + "/give-up", "");
                }
            }
        }
        return false;
    }
}

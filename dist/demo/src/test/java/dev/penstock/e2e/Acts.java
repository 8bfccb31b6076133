package dev.penstock.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.demo.Api;
import dev.penstock.demo.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Does what people, hosts and operators do, writes down what was acknowledged, and later sees whether it is so. */
final class Acts {
    private static final String PIPELINE = "/api/v1/pipelines/chaos0";

    private final Installation installation;
    private final Api api;
    private final Workload workload;
    private final String hook;
    private final String hookSecret;
    private final List<Waiting.Condition> promised = new ArrayList<>();
    private int number;

    Acts(Installation installation, Workload workload) throws IOException, InterruptedException {
        this.installation = installation;
        this.api = installation.api();
        this.workload = workload;
        JsonNode made = api.post("/api/v1/hooks", "{\"host_kind\":\"GITLAB\",\"description\":\"tests\"}");
        this.hook = made.get("path").asText();
        this.hookSecret = made.get("secret").asText();
    }

    void perform(Act act) throws IOException, InterruptedException {
        number++;
        switch (act) {
            case TRIGGER -> workload.triggerAll();
            case COMMIT -> commit();
            case HOOK -> deliver();
            case SAVE -> save();
            case CANCEL -> cancel();
            case RERUN -> rerun();
            case START_SERVER -> {
                installation.server().close();
                installation.server().startAgain();
            }
        }
    }

    /** Until all that was acknowledged has come true. */
    void awaitPromises() throws IOException, InterruptedException {
        List<Waiting.Condition> all = List.copyOf(promised);
        promised.clear();
        for (Waiting.Condition promise : all) {
            Waiting.until("what was acknowledged is so", Installation.SOON, promise);
        }
    }

    /** What is pushed is built, whether or not anybody is told of it. */
    private void commit() throws IOException, InterruptedException {
        Git.commit(workload.source(), "Change " + number);
        String head = Git.head(workload.source());
        promised.add(() -> {
            int newest = Runs.newest(api, Workload.WATCHED);
            return newest > 0
                    && api.get("/api/v1/pipelines/" + Workload.WATCHED + "/runs/" + newest)
                            .get("materials")
                            .toString()
                            .contains(head);
        });
        JsonNode materials = api.get("/api/v1/materials").get("items");
        try {
            api.post("/api/v1/materials/" + materials.get(0).get("id").asText() + "/check", "");
        } catch (IOException _) {
            // The next look at the material finds it.
        }
    }

    private void deliver() throws InterruptedException {
        String delivery = UUID.randomUUID().toString();
        Map<String, String> headers =
                Map.of("X-Gitlab-Token", hookSecret, "X-Gitlab-Event", "Push Hook", "X-Gitlab-Event-UUID", delivery);
        String body = "{\"object_kind\":\"push\",\"ref\":\"refs/heads/main\","
                + "\"project\":{\"git_http_url\":\"https://git.example.com/a.git\"}}";
        // A host sends a delivery again until it is taken.
        promised.add(() -> {
            api.send("POST", hook, body, headers);
            return true;
        });
        try {
            api.send("POST", hook, body, headers);
        } catch (IOException _) {
            // Repeated later.
        }
    }

    private void save() throws InterruptedException {
        int order = number;
        Ledger.Request request =
                () -> api.send("PATCH", PIPELINE, "{\"display_order\":" + order + "}", Map.of("If-Match", "*"));
        if (workload.ledger().attempt("pipeline.update", "pipeline/chaos0", request)) {
            promised.add(() -> api.get(PIPELINE).get("display_order").asInt() == order);
        }
        promised.add(this::isHistoryWhole);
    }

    /** I-9: every version is there, up to the one that is in force. */
    private boolean isHistoryWhole() throws IOException, InterruptedException {
        JsonNode versions = api.get(PIPELINE + "/versions?limit=200").get("items");
        for (int i = 0; i < versions.size(); i++) {
            assertThat(versions.get(i).get("version").asInt()).isEqualTo(versions.size() - i);
        }
        JsonNode newest = api.get(PIPELINE + "/versions/" + versions.size());
        return newest.toString()
                .contains("\"display_order\":" + api.get(PIPELINE).get("display_order"));
    }

    private void cancel() throws IOException, InterruptedException {
        workload.trigger("chaos0");
        int run = Runs.newest(api, "chaos0");
        Ledger.Request request = () -> api.post(PIPELINE + "/runs/" + run + "/cancel", "");
        if (workload.ledger().attempt("run.cancel", "run/chaos0/" + run, request)) {
            promised.add(() ->
                    api.get(PIPELINE + "/runs/" + run).get("state").asText().equals("CANCELLED"));
        }
    }

    private void rerun() throws IOException, InterruptedException {
        int run = newestPassed();
        int counter = stageRuns(run) + 1;
        String stage = PIPELINE + "/runs/" + run + "/stages/deploy/" + (counter - 1);
        Ledger.Request request = () -> api.post(stage + "/rerun", "");
        if (workload.ledger().attempt("stage.rerun", "stage/chaos0/" + run + "/deploy/", request)) {
            promised.add(() -> stageRuns(run) == counter);
        }
        promised.add(() -> newestStage(run).equals("PASSED"));
    }

    private int newestPassed() throws IOException, InterruptedException {
        for (JsonNode run : api.get(PIPELINE + "/runs?limit=20").get("items")) {
            if (run.get("state").asText().equals("PASSED")) {
                return run.get("counter").asInt();
            }
        }
        throw new IOException("No run of chaos0 has passed");
    }

    private int stageRuns(int run) throws IOException, InterruptedException {
        return deploy(run).get("runs").size();
    }

    private String newestStage(int run) throws IOException, InterruptedException {
        for (JsonNode stage : deploy(run).get("runs")) {
            if (stage.get("counter").asInt() == stageRuns(run)) {
                return stage.get("state").asText();
            }
        }
        return "";
    }

    private JsonNode deploy(int run) throws IOException, InterruptedException {
        return api.get(PIPELINE + "/runs/" + run).get("stages").get(1);
    }
}

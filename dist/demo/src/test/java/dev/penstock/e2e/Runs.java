package dev.penstock.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.demo.Api;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads runs with their stages and jobs, as the API shows them. */
final class Runs {
    private Runs() {}

    /** All runs of a pipeline, newest first. */
    static List<JsonNode> of(Api api, String pipeline) throws IOException, InterruptedException {
        String path = "/api/v1/pipelines/" + pipeline + "/runs";
        List<JsonNode> runs = new ArrayList<>();
        String next = path + "?limit=200";
        while (next != null) {
            JsonNode page = api.get(next);
            for (JsonNode run : page.get("items")) {
                runs.add(api.get(path + "/" + run.get("counter").asLong()));
            }
            next = page.hasNonNull("next")
                    ? path + "?limit=200&after=" + page.get("next").asText()
                    : null;
        }
        return runs;
    }

    /** All runs of all stages of a run; the newest of each stage has its jobs. */
    static List<JsonNode> stages(JsonNode run) {
        List<JsonNode> stages = new ArrayList<>();
        run.get("stages").forEach(stage -> stage.get("runs").forEach(stages::add));
        return stages;
    }
}

package dev.penstock.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.demo.Api;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads runs with their stages and jobs, as the API shows them. */
final class Runs {
    private Runs() {}

    /** The runs of a pipeline since then, newest first. */
    static List<JsonNode> since(Api api, String pipeline, Workload.Mark mark) throws IOException, InterruptedException {
        int before = mark.runs().getOrDefault(pipeline, 0);
        String path = "/api/v1/pipelines/" + pipeline + "/runs";
        List<JsonNode> runs = new ArrayList<>();
        String next = path + "?limit=20";
        while (next != null) {
            JsonNode page = api.get(next);
            for (JsonNode run : page.get("items")) {
                if (run.get("counter").asInt() <= before) {
                    return runs;
                }
                runs.add(api.get(path + "/" + run.get("counter").asLong()));
            }
            next = page.hasNonNull("next")
                    ? path + "?limit=20&after=" + page.get("next").asText()
                    : null;
        }
        return runs;
    }

    /** The counter of the newest run; 0 when there is none. */
    static int newest(Api api, String pipeline) throws IOException, InterruptedException {
        JsonNode page = api.get("/api/v1/pipelines/" + pipeline + "/runs?limit=1");
        return page.get("items").path(0).path("counter").asInt();
    }

    /** All runs of all stages of a run; the newest of each stage has its jobs. */
    static List<JsonNode> stages(JsonNode run) {
        List<JsonNode> stages = new ArrayList<>();
        run.get("stages").forEach(stage -> stage.get("runs").forEach(stages::add));
        return stages;
    }
}

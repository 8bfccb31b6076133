package dev.penstock.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Follows the run of a revision: prints the consoles of its jobs as they grow, and says how it ended. */
final class RunFollower {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** See docs/console.md: the time, a space, a tag of two letters, a space, the text. */
    private static final int TAG_COLUMN = 25;

    private static final int TEXT_COLUMN = 28;
    private static final Set<String> OUTPUT = Set.of("ou", "er", "o+", "e+");
    private static final Set<String> OVER = Set.of("PASSED", "FAILED", "CANCELLED");

    private final Api api;
    private final String runs;
    private final Duration deadline;
    private final Set<Long> followed = new HashSet<>();
    private final List<Thread> followers = new ArrayList<>();

    RunFollower(Api api, String pipeline, Duration deadline) {
        this.api = api;
        this.runs = "/api/v1/pipelines/" + pipeline + "/runs";
        this.deadline = deadline;
    }

    /** Waits for the run that uses a revision, follows it to its end, and returns its state. */
    String follow(String revision) throws IOException, InterruptedException {
        long[] counter = new long[1];
        Waiting.until("a run of revision " + revision, deadline, () -> {
            for (JsonNode run : api.get(runs).get("items")) {
                if (uses(run, revision)) {
                    counter[0] = run.get("counter").asLong();
                    return true;
                }
            }
            return false;
        });
        String[] state = new String[1];
        Waiting.until("run " + counter[0] + " has ended", deadline, () -> {
            JsonNode run = api.get(runs + "/" + counter[0]);
            run.get("stages")
                    .forEach(stage ->
                            stage.get("runs").forEach(of -> of.path("jobs").forEach(job -> followJob(stage, job))));
            state[0] = run.get("state").asText();
            return OVER.contains(state[0]);
        });
        for (Thread follower : followers) {
            follower.join(Duration.ofSeconds(10));
        }
        return state[0];
    }

    private boolean uses(JsonNode run, String revision) throws IOException, InterruptedException {
        JsonNode whole = api.get(runs + "/" + run.get("counter").asLong());
        for (JsonNode material : whole.get("materials")) {
            if (material.get("revision").asText().equals(revision)) {
                return true;
            }
        }
        return false;
    }

    private void followJob(JsonNode stage, JsonNode job) {
        long id = job.get("id").asLong();
        if (followed.add(id)) {
            String name = stage.get("name").asText() + "/" + job.get("name").asText();
            followers.add(Thread.ofVirtual().start(() -> print(name, id)));
        }
    }

    private void print(String name, long job) {
        try (var lines = new BufferedReader(
                new InputStreamReader(api.stream("/api/v1/jobs/" + job + "/console/stream"), StandardCharsets.UTF_8))) {
            String unfinished = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:")) {
                    unfinished = printLines(name, unfinished + text(line.substring(5)));
                }
            }
        } catch (IOException e) {
            Demo.say("  " + name + " | (the console cannot be followed: " + e.getMessage() + ")");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** An event of the stream has text, or says that the console is complete. */
    private static String text(String event) throws IOException {
        return JSON.readTree(event).path("text").asText("");
    }

    /** Prints the lines that are whole, and returns what is left. */
    private static String printLines(String name, String text) {
        int begin = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
            Demo.say("  " + name + " | " + withoutDate(text.substring(begin, end)));
            begin = end + 1;
        }
        return text.substring(begin);
    }

    /** {@code 2026-11-23T10:15:30.123Z ou text} becomes {@code 10:15:30 text}; what the agent says keeps its mark. */
    private static String withoutDate(String line) {
        if (line.length() < TEXT_COLUMN) {
            return line;
        }
        String tag = line.substring(TAG_COLUMN, TAG_COLUMN + 2);
        String mark = OUTPUT.contains(tag) ? "" : tag + " ";
        return line.substring(11, 19) + " " + mark + line.substring(TEXT_COLUMN);
    }
}

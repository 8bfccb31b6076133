package dev.penstock.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.demo.Api;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** I-6: each act that was acknowledged is in the audit trail once, and nothing is that was not done. */
final class AuditTrail {
    private final Api api;
    private final List<JsonNode> entries = new ArrayList<>();

    /** @param after the number of the last entry that is not looked at */
    AuditTrail(Api api, long after) throws IOException, InterruptedException {
        this.api = api;
        String next = "";
        while (next != null) {
            JsonNode page = api.get("/api/v1/audit?limit=200" + next);
            next = page.hasNonNull("next") ? "&after=" + page.get("next").asText() : null;
            for (JsonNode entry : page.get("items")) {
                if (entry.get("seq").asLong() <= after) {
                    return;
                }
                entries.add(entry);
            }
        }
    }

    /** The number of the newest entry. */
    static long newest(Api api) throws IOException, InterruptedException {
        return api.get("/api/v1/audit?limit=1").get("items").path(0).path("seq").asLong();
    }

    void holds(Workload workload) throws IOException, InterruptedException {
        List<String> triggers = new ArrayList<>();
        for (JsonNode entry : entries) {
            if (entry.get("action").asText().equals("pipeline.trigger")) {
                String trigger = entry.get("detail").get("trigger").asText();
                triggers.add(trigger);
                assertThat(api.get("/api/v1/triggers/" + trigger).get("id").asText())
                        .as("the trigger of entry %s", entry)
                        .isEqualTo(trigger);
            }
        }
        assertThat(triggers).as("triggers in the audit trail").doesNotHaveDuplicates();
        assertThat(entries).extracting(entry -> entry.get("seq").asLong()).doesNotHaveDuplicates();
        workload.ledger()
                .counts()
                .forEach((kind, count) -> assertThat(entries.stream()
                                .filter(entry -> entry.get("action").asText().equals(kind.action()))
                                .filter(entry -> entry.get("object").asText().startsWith(kind.object()))
                                .count())
                        .as("entries of %s on %s among %s", kind.action(), kind.object(), entries)
                        .isBetween((long) count.done(), (long) count.done() + count.unsure()));
    }
}

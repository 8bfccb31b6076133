package dev.penstock.core.schedule;

import static dev.penstock.core.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.ApiClient.Answer;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.TextMaterial;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Triggers, pauses and the answer to "why does it not start?" as programs see them. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScheduleApiTest {
    private final Path folder;
    private final TestServer server;
    private final ApiClient api;

    ScheduleApiTest(Database database, Signals signals, EventStore events, @TempDir Path folder) throws IOException {
        this.folder = folder;
        this.server = TestServer.on(database, signals, events)
                .plugins(TextMaterial.plugins(folder))
                .setting("materials.poll-seconds", "3600")
                .start();
        this.api = server.api();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** A pipeline that only people start, with a label of its revision; and its material is known. */
    private TextRepository byHand(String name) {
        TextRepository repository = new TextRepository(folder.resolve(name + ".txt")).commit("r1abc", "a.txt");
        api.post(
                        "/api/v1/pipelines",
                        Map.of(
                                "name",
                                name,
                                "group",
                                "main",
                                "label_template",
                                "${COUNT}-${Code[:2]}",
                                "materials",
                                List.of(Map.of(
                                        "name",
                                        "code",
                                        "type",
                                        TextMaterial.TYPE,
                                        "options",
                                        Map.of("path", repository.file().toString()))),
                                "stages",
                                List.of(Map.of(
                                        "name",
                                        "build",
                                        "approval",
                                        Map.of("type", "manual"),
                                        "jobs",
                                        List.of(Map.of(
                                                "name",
                                                "compile",
                                                "tasks",
                                                List.of(Map.of(
                                                        "type", "exec", "options", Map.of("command", "true")))))))))
                .expect(201);
        eventually(() -> assertThat(api.get("/api/v1/materials?limit=200")
                        .json()
                        .findValuesAsText("revision")
                        .size())
                .isEqualTo(api.get("/api/v1/materials?limit=200")
                        .json()
                        .path("items")
                        .size()));
        return repository;
    }

    private Answer trigger(String pipeline) {
        return api.post("/api/v1/pipelines/" + pipeline + "/triggers");
    }

    @Test
    void aTriggerWithoutABodyAnswersWithTheRun() {
        byHand("plain");

        Answer answer = trigger("plain").expect(202);

        JsonNode run = answer.json().path("run");
        assertThat(run.path("counter").asLong()).isEqualTo(1);
        assertThat(run.path("label").asText()).isEqualTo("1-r1");
        assertThat(answer.header("Location"))
                .isEqualTo("/api/v1/triggers/" + answer.json().path("id").asText());
        assertThat(api.get("/api/v1/triggers/" + answer.json().path("id").asText())
                        .expect(200)
                        .json())
                .isEqualTo(answer.json());
    }

    @Test
    void aSecondTriggerIsRefusedWhileTheFirstStageIsActive() {
        byHand("busy");
        trigger("busy").expect(202);

        trigger("busy").expectProblem(409, "already_running");
        JsonNode status = api.get("/api/v1/pipelines/busy/status").expect(200).json();
        assertThat(status.path("active_run").asLong()).isEqualTo(1);
    }

    @Test
    void aTriggerThatWaitsIsFollowedUntilItHasItsRun() {
        TextRepository repository = byHand("waits");
        repository.commit("r2def", "a.txt");

        Answer answer = api.post("/api/v1/pipelines/waits/triggers", Map.of("update_materials_before", true))
                .expect(202);

        assertThat(answer.json().path("state").asText()).isEqualTo("WAITING");
        String place = Objects.requireNonNull(answer.header("Location"));
        eventually(
                () -> assertThat(api.get(place).expect(200).json().path("state").asText())
                        .isEqualTo("STARTED"));
        assertThat(api.get(place).json().path("run").path("label").asText()).isEqualTo("1-r2");
    }

    @Test
    void mistakesAreToldWithTheirPlaces() {
        byHand("mistakes");

        Answer answer = api.post(
                        "/api/v1/pipelines/mistakes/triggers",
                        Map.of(
                                "materials", List.of(Map.of("material", "nothing", "revision", "r1")),
                                "variables", List.of(Map.of("name", "NONE", "value", "x"))))
                .expectProblem(422, "invalid");

        assertThat(answer.json().path("errors").findValuesAsText("pointer"))
                .containsExactly("/materials/0/material", "/variables/0/name");
        api.post("/api/v1/pipelines/mistakes/triggers", "{\"revision\": 1}").expectProblem(422, "invalid");
        api.get("/api/v1/triggers/nonsense").expectProblem(404, "not_found");
        trigger("nowhere").expectProblem(404, "not_found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"materials\": [null], \"variables\": [null]}",
                "{\"materials\": [{\"material\": \"code\", \"revision\": \"\\u0000\"}]}",
                "{\"materials\": [{\"material\": \"\\ud800\", \"revision\": \"r1\"}]}",
                "{\"comment\": \"a\\u0000b\"}",
                "{\"materials\": {}}",
                "{\"update_materials_before\": \"perhaps\"}",
                "[]"
            })
    void oddBodiesAreRefusedNotFailed(String body) {
        api.post("/api/v1/pipelines/odd/triggers", body).expectProblem(422, "invalid");
    }

    @BeforeAll
    void makeOdd() {
        byHand("odd");
    }

    @Test
    void aRevisionOfHalfACharacterIsNotKnown() {
        api.post(
                        "/api/v1/pipelines/odd/triggers",
                        "{\"update_materials_before\": false,"
                                + " \"materials\": [{\"material\": \"code\", \"revision\": \"\\ud800\"}]}")
                .expectProblem(422, "invalid");
    }

    @Test
    void pausingSaysWhoAndWhyAndKeepsTriggersOut() {
        byHand("paused");

        JsonNode status = api.post("/api/v1/pipelines/paused/pause", Map.of("reason", "holidays"))
                .expect(200)
                .json();

        assertThat(status.path("paused").asBoolean()).isTrue();
        assertThat(status.path("pause").path("reason").asText()).isEqualTo("holidays");
        assertThat(status.path("reason").path("code").asText()).isEqualTo("paused");
        assertThat(status.path("reason").path("remedy").asText()).isEqualTo("Unpause it.");
        api.post("/api/v1/pipelines/paused/pause").expectProblem(409, "paused");
        Answer refused = trigger("paused").expectProblem(409, "paused");
        assertThat(refused.json().path("detail").asText()).contains("holidays");
        api.post("/api/v1/pipelines/Paused/unpause").expect(200);
        api.post("/api/v1/pipelines/paused/unpause").expectProblem(409, "conflict");
        trigger("paused").expect(202);
    }

    @Test
    void theStatusSaysWhyChangesStartNothing() {
        byHand("why");

        JsonNode status = api.get("/api/v1/pipelines/why/status").expect(200).json();

        assertThat(status.path("starts_now").asBoolean()).isFalse();
        assertThat(status.path("reason").path("code").asText()).isEqualTo("first_stage_manual");
        assertThat(status.path("reason").path("message").asText()).contains("\"build\"");
    }
}

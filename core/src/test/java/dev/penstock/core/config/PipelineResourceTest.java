package dev.penstock.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.plugin.PluginJars;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.ApiClient.Answer;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.TextMaterial;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PipelineResourceTest {
    private static final String YAML = "application/yaml";

    private final TestServer server;
    private final ApiClient api;
    private int number;
    private String web = "";
    private String group = "";
    private String path = "";

    PipelineResourceTest(Database database, Signals signals, EventStore events, @TempDir Path home) throws IOException {
        Path plugins = TextMaterial.plugins(home);
        PluginJars.good(plugins.resolve("deploy.jar"), "deploy-task", "deploy");
        this.server = TestServer.on(database, signals, events).plugins(plugins).start();
        this.api = server.api();
    }

    @BeforeAll
    void isReady() {
        api.get("/api/v1/pipelines").expect(200);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** A name and a group of its own for each test: the server is at work, so nothing can be cleared under it. */
    @BeforeEach
    void chooseNames() {
        number++;
        web = "web" + number;
        group = "group" + number;
        path = "/api/v1/pipelines/" + web;
    }

    @Test
    void aPipelineIsMadeReadChangedAndDeleted() {
        Answer made = api.post("/api/v1/pipelines", """
                        {"name": "%s", "group": "main",
                         "materials": [{"type": "text", "options": {"path": "/a", "url": "u"}}],
                         "stages": [{"name": "build", "jobs": [{"name": "compile", "tasks": [
                           {"type": "exec", "options": {"command": "ping"}}]}]}]}
                        """.formatted(web)).expect(201);

        Answer read =
                api.get("/api/v1/pipelines/" + web.toUpperCase(Locale.ROOT)).expect(200);
        ObjectNode changed = (ObjectNode) read.json();
        changed.put("label_template", "v${COUNT}");
        Answer saved = change("PUT", path + "?comment=labels", "\"1\"", changed).expect(200);
        change("DELETE", path, "\"2\"", null).expect(204);

        assertThat(made.header("Location")).isEqualTo(path);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        assertThat(read.header("ETag")).isEqualTo("\"1\"");
        assertThat(saved.header("ETag")).isEqualTo("\"2\"");
        assertThat(saved.json().at("/changes/0/path").asText()).isEqualTo("label_template");
        api.get(path).expectProblem(410, "gone");
    }

    @Test
    void whatIsReadAsYamlCanBeSavedAsYaml() {
        send("POST", "/api/v1/pipelines", YAML, yaml(web, "ping")).expect(201);

        String text = api.request("GET", path)
                .header("Accept", YAML)
                .send()
                .expect(200)
                .text();
        Answer saved = api.request("PUT", path)
                .header("If-Match", "\"1\"")
                .body(YAML, text)
                .send()
                .expect(200);

        assertThat(text).contains("format_version: 10").contains(web + ":").contains("command: ping");
        assertThat(saved.json().path("changed").asBoolean()).isFalse();
    }

    @Test
    void answersTheFormThatIsLikedBest() {
        send("POST", "/api/v1/pipelines", YAML, yaml(web, "ping")).expect(201);

        assertThat(accepted("application/json;q=0.5, application/yaml")).startsWith("format_version");
        assertThat(accepted("*/*")).startsWith("{");
        api.request("GET", path).header("Accept", "text/html").send().expectProblem(406, "not_acceptable");
    }

    @Test
    void aReaderThatHasTheVersionGetsNoBody() {
        send("POST", "/api/v1/pipelines", YAML, yaml(web, "ping")).expect(201);

        api.request("GET", path).header("If-None-Match", "\"1\"").send().expect(304);
    }

    @Test
    void aSaveNeedsTheVersionThatItWasMadeFrom() {
        send("POST", "/api/v1/pipelines", YAML, yaml(web, "ping")).expect(201);
        String text = yaml(web, "pong");

        send("PUT", path, YAML, text).expectProblem(428, "precondition_required");
        api.request("PUT", path)
                .header("If-Match", "\"7\"")
                .body(YAML, text)
                .send()
                .expectProblem(412, "stale");
        api.request("PUT", path).header("If-Match", "*").body(YAML, text).send().expect(200);
    }

    @Test
    void aDryRunTellsEverythingAndSavesNothing() {
        JsonNode told = send("POST", "/api/v1/pipelines?dry_run=true", YAML, yaml(web, "ping"))
                .expect(200)
                .json();

        assertThat(told.path("dry_run").asBoolean()).isTrue();
        assertThat(told.at("/definition/variables/0/secure_value").asText()).isEqualTo("********");
        api.get(path).expectProblem(404, "not_found");
    }

    @Test
    void mistakesComeAllAtOnceWithLines() {
        String text = yaml(web, "ping").replace("command:", "comand:").replace("group: " + group, "grup: " + group);

        JsonNode problem = send("POST", "/api/v1/pipelines", YAML, text)
                .expectProblem(422, "invalid")
                .json();

        assertThat(problem.path("errors").findValuesAsText("code"))
                .contains("unknown_key", "unknown_option", "required");
        assertThat(problem.path("errors"))
                .allSatisfy(error -> assertThat(error.has("line")).isTrue());
    }

    @Test
    void thePluginItselfChecksItsOptions() {
        String text = yaml(web, "ping").replace("exec: {command: ping}", "deploy: {target: nowhere}");

        JsonNode problem = send("POST", "/api/v1/pipelines", YAML, text)
                .expectProblem(422, "invalid")
                .json();

        assertThat(problem.at("/errors/0/message").asText()).isEqualTo("There is no way to \"nowhere\"");
    }

    @Test
    void patchesReplaceFields() {
        send("POST", "/api/v1/pipelines", YAML, yaml(web, "ping")).expect(201);

        JsonNode saved = api.request("PATCH", path)
                .header("If-Match", "\"1\"")
                .body("application/merge-patch+json", "{\"display_order\": 3}")
                .send()
                .expect(200)
                .json();

        assertThat(saved.at("/definition/display_order").asInt()).isEqualTo(3);
        assertThat(saved.at("/definition/stages/0/name").asText()).isEqualTo("build");
    }

    @Test
    void versionsAreListedReadComparedAndRestored() {
        send("POST", "/api/v1/pipelines", YAML, yaml(web, "ping")).expect(201);
        put(path + "?comment=why", "\"1\"", yaml(web, "pong")).expect(200);

        JsonNode versions = api.get(path + "/versions?limit=1").expect(200).json();
        JsonNode older = api.get(path + "/versions?limit=1&after="
                        + versions.path("next").asText())
                .expect(200)
                .json();
        JsonNode second = api.get(path + "/versions/2").expect(200).json();
        JsonNode diff = api.get(path + "/diff?from=1&to=2").expect(200).json();
        JsonNode restored = change("POST", path + "/versions/1/restore", "\"2\"", null)
                .expect(200)
                .json();

        assertThat(versions.at("/items/0/comment").asText()).isEqualTo("why");
        assertThat(older.at("/items/0/version").asInt()).isEqualTo(1);
        assertThat(second.path("changes")).isEqualTo(diff.path("changes"));
        assertThat(diff.path("changes").findValuesAsText("path"))
                .containsExactly("variables/PW/secret_ref", "stages/build/jobs/compile/tasks/0/options/command");
        assertThat(restored.path("version").asInt()).isEqualTo(3);
        assertThat(restored.at("/definition/stages/0/jobs/0/tasks/0/options/command")
                        .asText())
                .isEqualTo("ping");
        api.get(path + "/versions/9").expectProblem(404, "not_found");
        api.get(path + "/versions/x").expectProblem(400, "bad_request");
    }

    @Test
    void aDeletedPipelineComesBack() {
        send("POST", "/api/v1/pipelines", YAML, yaml(web, "ping")).expect(201);
        change("DELETE", path, "\"1\"", null).expect(204);

        change("POST", path + "/versions/1/restore", "\"2\"", null).expect(200);

        api.get(path).expect(200);
    }

    @Test
    void listsAreFilteredAndComeInPages() {
        for (String name : List.of("list-a1", "list-b1", "list-a2")) {
            send("POST", "/api/v1/pipelines", YAML, yaml(name, "ping")).expect(201);
        }
        String list = "/api/v1/pipelines?group=" + group.toUpperCase(Locale.ROOT);

        JsonNode first = api.get(list + "&limit=2").expect(200).json();
        JsonNode rest = api.get(list + "&limit=2&after=" + first.path("next").asText())
                .expect(200)
                .json();
        JsonNode groups = api.get("/api/v1/groups?limit=200").expect(200).json();

        assertThat(first.path("items").findValuesAsText("name")).containsExactly("list-a1", "list-a2");
        assertThat(rest.path("items").findValuesAsText("name")).containsExactly("list-b1");
        assertThat(rest.has("next")).isFalse();
        assertThat(api.get("/api/v1/pipelines?name=IST-A").json().path("items").findValuesAsText("name"))
                .containsExactly("list-a1", "list-a2");
        assertThat(groups.path("items"))
                .filteredOn(item -> item.path("name").asText().equals(group))
                .singleElement()
                .satisfies(item -> assertThat(item.path("pipelines")).hasSize(3));
        api.get("/api/v1/pipelines?nme=a").expectProblem(400, "unknown_parameter");
    }

    @Test
    void textsThatCanBeNoNameAreNotFoundAndHarmNobody() {
        for (String name : List.of("%00", "a%20b", "%ED%A0%80", "%C4%B1", "..%2F..", "a".repeat(300))) {
            assertThat(api.get("/api/v1/pipelines/" + name).status()).as(name).isIn(400, 404);
            assertThat(api.get("/api/v1/pipelines?name=" + name)
                            .expect(200)
                            .json()
                            .path("items"))
                    .isEmpty();
            assertThat(api.get("/api/v1/pipelines?group=" + name)
                            .expect(200)
                            .json()
                            .path("items"))
                    .isEmpty();
            api.get("/api/v1/pipelines?after=" + name).expectProblem(400, "bad_request");
        }
        send("POST", "/api/v1/pipelines?comment=%00", YAML, yaml(web, "ping")).expectProblem(400, "bad_request");
        send("POST", "/api/v1/pipelines?dry_run=yes", YAML, yaml(web, "ping")).expectProblem(400, "bad_request");
    }

    @Test
    void validatesTextsWithoutSavingThem() {
        JsonNode good = send("POST", "/api/v1/definitions/validate", YAML, yaml(web, "ping"))
                .expect(200)
                .json();
        JsonNode bad = send("POST", "/api/v1/definitions/validate", YAML, "!!!!!!%6")
                .expect(200)
                .json();

        assertThat(good.path("valid").asBoolean()).isTrue();
        assertThat(good.at("/definitions/0/name").asText()).isEqualTo(web);
        assertThat(bad.path("valid").asBoolean()).isFalse();
        api.get(path).expectProblem(404, "not_found");
    }

    @Test
    void aValueThatIsSecretIsNeverAnswered() {
        send("POST", "/api/v1/pipelines", YAML, yaml(web, "ping")).expect(201);

        for (String place : List.of(path, path + "?resolved=true", path + "/versions/1", path + "/versions")) {
            assertThat(api.get(place).expect(200).text()).doesNotContain("s3cret");
        }
    }

    private String yaml(String name, String command) {
        return """
                format_version: 10
                pipelines:
                  %s:
                    group: %s
                    secure_variables: {PW: s3cret}
                    materials:
                      code: {type: text, path: /a, url: u}
                    stages:
                      - build:
                          jobs:
                            compile:
                              tasks:
                                - exec: {command: %s}
                """.formatted(name, group, command);
    }

    private Answer send(String method, String path, String type, String body) {
        return api.request(method, path).body(type, body).send();
    }

    private Answer change(String method, String path, String version, @Nullable Object json) {
        ApiClient.Request request = api.request(method, path).header("If-Match", version);
        return (json == null ? request : request.json(json)).send();
    }

    private Answer put(String path, String version, String yaml) {
        return api.request("PUT", path)
                .header("If-Match", version)
                .body(YAML, yaml)
                .send();
    }

    private String accepted(String accept) {
        return api.request("GET", path)
                .header("Accept", accept)
                .send()
                .expect(200)
                .text();
    }
}

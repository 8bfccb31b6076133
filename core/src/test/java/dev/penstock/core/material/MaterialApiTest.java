package dev.penstock.core.material;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Commits, looks, hooks and triggers as programs see them, on a whole server with a real plugin. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MaterialApiTest {
    private final Database database;
    private final Path folder;
    private final TestServer server;
    private final ApiClient api;

    MaterialApiTest(Database database, Signals signals, EventStore events, @TempDir Path folder) throws IOException {
        this.database = database;
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

    private TextRepository repository(String name) {
        return new TextRepository(folder.resolve(name + ".txt"));
    }

    private void pipeline(String name, TextRepository repository, Map<String, Object> options) {
        var all = new LinkedHashMap<String, Object>(options);
        all.put("path", repository.file().toString());
        api.post(
                        "/api/v1/pipelines",
                        Map.of(
                                "name",
                                name,
                                "group",
                                "main",
                                "materials",
                                List.of(Map.of("name", "code", "type", TextMaterial.TYPE, "options", all)),
                                "stages",
                                List.of(Map.of(
                                        "name",
                                        "build",
                                        "jobs",
                                        List.of(Map.of(
                                                "name",
                                                "compile",
                                                "tasks",
                                                List.of(Map.of(
                                                        "type", "exec", "options", Map.of("command", "true")))))))))
                .expect(201);
    }

    private JsonNode material(String pipeline) {
        JsonNode items =
                api.get("/api/v1/materials?limit=200").expect(200).json().path("items");
        for (JsonNode item : items) {
            if (item.path("pipelines").toString().contains("\"" + pipeline + "\"")) {
                return item;
            }
        }
        throw new AssertionError("No material of " + pipeline + " in " + items);
    }

    private JsonNode known(String pipeline, String revision) {
        eventually(() -> assertThat(
                        material(pipeline).path("newest").path("revision").asText())
                .isEqualTo(revision));
        return material(pipeline);
    }

    @Test
    void aMaterialIsShownWithItsRevisionsAndItsPipelines() {
        TextRepository shop = repository("shown").commit("r1", "a.txt");
        pipeline("shown", shop, Map.of("url", "https://git.example/ada/shown.git"));

        JsonNode material = known("shown", "r1");

        assertThat(material.path("name").asText()).isEqualTo("https://git.example/ada/shown.git");
        assertThat(material.path("state").asText()).isEqualTo("OK");
        assertThat(material.path("branch").asText()).isEqualTo("main");
        JsonNode modification = api.get("/api/v1/materials/" + material.path("id") + "/modifications?limit=1")
                .expect(200)
                .json()
                .path("items")
                .path(0);
        assertThat(modification.path("files").path(0).path("path").asText()).isEqualTo("a.txt");
        assertThat(api.get("/api/v1/materials/" + material.path("id")).json()).isEqualTo(material("shown"));
    }

    @Test
    void aLookThatIsAskedForFindsTheCommit() {
        TextRepository shop = repository("asked").commit("r1", "a.txt");
        pipeline("asked", shop, Map.of());
        JsonNode material = known("asked", "r1");
        shop.commit("r2", "a.txt");

        api.post("/api/v1/materials/" + material.path("id") + "/check").expect(202);

        known("asked", "r2");
    }

    @Test
    void aMaterialThatCannotBeReadSaysSinceWhenAndWhy() {
        TextRepository shop = repository("failing").fail("AUTHENTICATION", "The password was refused");
        pipeline("failing", shop, Map.of());

        eventually(() -> assertThat(material("failing").path("state").asText()).isEqualTo("FAILING"));

        JsonNode error = material("failing").path("error");
        assertThat(error.path("kind").asText()).isEqualTo("AUTHENTICATION");
        assertThat(error.path("message").asText()).isEqualTo("The password was refused");
        assertThat(api.get("/api/v1/materials?failing=true")
                        .json()
                        .path("items")
                        .toString())
                .contains("\"failing\"");
        assertThat(api.get("/api/v1/materials/" + material("failing").path("id") + "/events")
                        .expect(200)
                        .json()
                        .path("items")
                        .path(0)
                        .path("kind")
                        .asText())
                .isEqualTo("FAILED");
    }

    @Test
    void thereIsNoMaterialWithThatId() {
        api.get("/api/v1/materials/999999").expectProblem(404, "not_found");
        api.get("/api/v1/materials/x/events").expectProblem(404, "not_found");
        api.post("/api/v1/materials/999999/check").expectProblem(404, "not_found");
    }

    @Test
    void aConnectionThatWorksIsSaidToWork() {
        TextRepository shop = repository("reached").commit("r1", "a.txt").demand("open sesame");

        Answer answer = test(Map.of(
                "path",
                shop.file().toString(),
                "host",
                "git.example",
                "password",
                Map.of("secure_value", "open sesame")));

        assertThat(answer.expect(200).json().path("host").asText()).isEqualTo("git.example");
    }

    @Test
    void aConnectionThatFailsSaysWhatToDo() {
        TextRepository shop = repository("refused").commit("r1", "a.txt").demand("open sesame");

        Answer answer = test(Map.of("path", shop.file().toString(), "password", "guess"))
                .expectProblem(422, "connection_failed");

        assertThat(answer.json().path("detail").asText())
                .isEqualTo("The password was refused; correct it in the material");
        assertThat(answer.json().path("errors").path(0).path("code").asText()).isEqualTo("authentication");
        assertThat(answer.text()).doesNotContain("guess").doesNotContain("sesame");
    }

    @Test
    void optionsThatAreWrongAreToldBeforeAnythingIsTried() {
        Answer answer = test(Map.of("shallow", "perhaps")).expectProblem(422, "invalid");

        assertThat(answer.json().path("errors").findValuesAsText("pointer"))
                .contains("/options/path", "/options/shallow");
        api.post("/api/v1/materials/test-connection", Map.of("type", "cvs", "options", Map.of()))
                .expectProblem(422, "invalid");
    }

    @Test
    void aStoredSecretOfAnotherPipelineIsNotTried() {
        TextRepository shop = repository("foreign").commit("r1", "a.txt");

        test(Map.of("path", shop.file().toString(), "password", Map.of("secret_ref", 1)))
                .expectProblem(422, "invalid");
    }

    @Test
    void aPluginThatThrowsFailsTheTestAndNothingElse() {
        TextRepository shop = repository("thrown").crash();

        test(Map.of("path", shop.file().toString())).expectProblem(422, "connection_failed");
    }

    @Test
    void aPushIsBuiltThoughTheNextLookIsFarAway() {
        TextRepository shop = repository("pushed").commit("r1", "a.txt");
        pipeline("pushed", shop, Map.of("url", "https://github.com/ada/shop"));
        known("pushed", "r1");
        JsonNode hook = hook("GITHUB");
        shop.commit("r2", "a.txt");

        push(hook, PushTest.GITHUB, "1").expect(202);

        known("pushed", "r2");
        long questions = shop.questions();
        push(hook, PushTest.GITHUB, "1").expect(202);
        List<String> asked = database.read(handle -> handle.select("SELECT cause FROM material_check")
                .mapTo(String.class)
                .list());
        assertThat(asked).as("a replay asks for nothing").isEmpty();
        assertThat(shop.questions()).isEqualTo(questions);
        assertThat(api.get("/api/v1/hooks").expect(200).text())
                .contains("last_used_at")
                .doesNotContain(hook.path("secret").asText());
    }

    @Test
    void anUnknownHookAndABadSignatureLeaveNothingBehind() {
        JsonNode hook = hook("GITHUB");
        List<String> before = state();

        api.request("POST", "/hooks/00000000-0000-0000-0000-000000000000")
                .json(PushTest.GITHUB)
                .send()
                .expectProblem(401, "unauthenticated");
        api.request("POST", "/hooks/nonsense").json(PushTest.GITHUB).send().expectProblem(401, "unauthenticated");
        api.request("POST", hook.path("path").asText())
                .header("X-Hub-Signature-256", "sha256=" + "0".repeat(64))
                .header("Idempotency-Key", "1")
                .json(PushTest.GITHUB)
                .send()
                .expectProblem(401, "unauthenticated");

        assertThat(state()).isEqualTo(before);
    }

    @Test
    void signedBodiesThatAreOddAreTakenOrRefusedNotFailed() {
        JsonNode hook = hook("GITHUB");

        push(hook, PushTest.GITHUB.replace("heads/main", "heads/\\ud800"), "odd-1")
                .expect(202);
        push(hook, PushTest.GITHUB.replace("heads/main", "heads/a\\u0000b"), "odd-2")
                .expect(202);
        push(hook, PushTest.GITHUB.replace("github.com/ada", "github.com/\\udc00\\u0000"), "odd-3")
                .expect(202);
        push(hook, "{\"ref\": {}, \"repository\": []}", "odd-4").expect(202);
        push(hook, "{".repeat(1_000), "odd-5").expectProblem(400, "bad_request");
        push(hook, "true", "odd-6").expectProblem(400, "bad_request");
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        JsonNode hook = hook("GITHUB");

        push(hook, "x".repeat((1 << 20) + 1), "9").expectProblem(413, "too_large");
    }

    @Test
    void aHookThatIsGoneIsUnknown() {
        JsonNode hook = hook("GITHUB");

        api.delete("/api/v1/hooks/" + hook.path("id").asText()).expect(204);

        push(hook, PushTest.GITHUB, "1").expectProblem(401, "unauthenticated");
        api.delete("/api/v1/hooks/" + hook.path("id").asText()).expectProblem(404, "not_found");
    }

    private Answer test(Map<String, Object> options) {
        return api.post("/api/v1/materials/test-connection", Map.of("type", TextMaterial.TYPE, "options", options));
    }

    private JsonNode hook(String kind) {
        return api.post("/api/v1/hooks", Map.of("host_kind", kind, "description", "test"))
                .expect(201)
                .json();
    }

    private Answer push(JsonNode hook, String body, String delivery) {
        return api.request("POST", hook.path("path").asText())
                .header("X-GitHub-Event", "push")
                .header("X-GitHub-Delivery", delivery)
                .header(
                        "X-Hub-Signature-256",
                        "sha256=" + hmac(hook.path("secret").asText(), body))
                .json(body)
                .send();
    }

    private static String hmac(String secret, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everything that a hook could have changed. */
    private List<String> state() {
        return database.read(
                handle -> handle.createQuery("""
                        SELECT 'hook ' || h::text FROM hook h
                         UNION ALL SELECT 'delivery ' || d::text FROM hook_delivery d
                         UNION ALL SELECT 'check ' || c::text FROM material_check c
                         UNION ALL SELECT 'idempotency ' || i::text FROM idempotency i
                         UNION ALL SELECT 'audit ' || a::text FROM audit a
                         ORDER BY 1
                        """).mapTo(String.class).list());
    }
}

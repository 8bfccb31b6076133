package dev.penstock.core.plugin;

import static dev.penstock.core.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.ApiClient;
import dev.penstock.core.testing.ApiClient.Answer;
import dev.penstock.core.testing.ConnectedAgent;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PluginResourceTest {
    private final Path external;
    private final TestServer server;
    private final ApiClient api;

    PluginResourceTest(Database database, Signals signals, EventStore events, @TempDir Path home) throws IOException {
        Path bundled = Files.createDirectories(home.resolve("bundled"));
        this.external = Files.createDirectories(home.resolve("external"));
        PluginJars.good(bundled.resolve("deploy.jar"), "deploy-task", "deploy");
        Files.write(external.resolve("empty.jar"), new byte[0]);
        this.server = TestServer.on(database, signals, events)
                .plugins(bundled)
                .setting("plugins.external-directory", external.toString())
                .start();
        this.api = server.api();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void listsPluginsWithStateAndReason() {
        JsonNode items = api.get("/api/v1/plugins").expect(200).json().path("items");
        JsonNode one = api.get("/api/v1/plugins/deploy-task").expect(200).json();

        JsonNode empty = item(items, "empty.jar");
        assertThat(empty.path("state").asText()).isEqualTo("UNREADABLE");
        assertThat(empty.path("reason").asText()).isNotBlank();
        assertThat(one.at("/plugin/state").asText()).isEqualTo("ACTIVE");
        assertThat(one.at("/plugin/kind").asText()).isEqualTo("BUNDLED");
        assertThat(one.at("/plugin/task_types/0").asText()).isEqualTo("deploy");
        api.get("/api/v1/plugins/nobody").expectProblem(404, "not_found");
    }

    @Test
    void describesTheTypesOfPluginsAndItsOwnInBothLanguages() {
        JsonNode tasks = api.get("/api/v1/task-types").expect(200).json().path("items");
        JsonNode materials =
                api.get("/api/v1/material-types").expect(200).json().path("items");

        JsonNode exec = item(tasks, "exec");
        JsonNode deploy = item(tasks, "deploy");
        assertThat(tasks.findValuesAsText("id")).contains("exec", "fetch");
        assertThat(exec.at("/label/korean").asText()).isEqualTo("명령");
        assertThat(exec.has("plugin")).isFalse();
        assertThat(exec.at("/options/0/required").asBoolean()).isTrue();
        assertThat(deploy.at("/plugin/id").asText()).isEqualTo("deploy-task");
        assertThat(deploy.at("/options/1/secret").asBoolean()).isTrue();
        assertThat(deploy.at("/options/2/choices/1").asText()).isEqualTo("safe");
        assertThat(deploy.at("/options/2/default_value").asText()).isEqualTo("safe");
        assertThat(materials.findValuesAsText("id")).contains("pipeline");
    }

    @Test
    void aJarThatIsDroppedInAppearsByItself() throws IOException {
        PluginJars.good(external.resolve("extra.jar"), "extra-task", "extra");

        eventually(() -> assertThat(
                        api.get("/api/v1/task-types").expect(200).json().findValuesAsText("id"))
                .contains("extra"));
    }

    @Test
    void looksAtTheFoldersWhenAsked() throws IOException {
        PluginJars.good(external.resolve("asked.jar"), "asked-task", "asked");

        JsonNode items = api.post("/api/v1/plugins/rescan").expect(200).json().path("items");

        assertThat(items.findValuesAsText("id")).contains("asked-task");
    }

    @Test
    void givesAJarToAgentsOnly() throws Exception {
        String sha256 = api.get("/api/v1/plugins/deploy-task")
                .expect(200)
                .json()
                .at("/plugin/sha256")
                .asText();
        String path = "/agent/v1/plugins/" + sha256;
        var alma = ConnectedAgent.to(server, "alma");

        Answer given = alma.get(path);

        byte[] digest = MessageDigest.getInstance("SHA-256").digest(given.bytes());
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sha256);
        assertThat(given.header("Content-Type")).startsWith("application/java-archive");
        api.get(path).expectProblem(401, "unauthenticated");
        assertThat(alma.get("/agent/v1/plugins/" + "0".repeat(64)).status()).isEqualTo(404);
        assertThat(alma.get("/agent/v1/plugins/..").status()).isIn(400, 404);
    }

    private static JsonNode item(JsonNode items, String id) {
        for (JsonNode item : items) {
            if (item.path("id").asText().equals(id)) {
                return item;
            }
        }
        throw new AssertionError("No \"" + id + "\" in " + items);
    }
}

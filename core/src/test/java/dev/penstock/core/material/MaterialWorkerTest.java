package dev.penstock.core.material;

import static dev.penstock.core.material.MaterialFixture.material;
import static dev.penstock.core.testing.Eventually.eventually;
import static dev.penstock.core.testing.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MaterialWorkerTest {
    private MaterialFixture materials;

    @BeforeAll
    void open(Database database, LocalSignals signals, EventStore events, @TempDir Path folder) throws IOException {
        materials = new MaterialFixture(database, signals, events, folder);
        materials.start();
    }

    @AfterAll
    void close() {
        materials.close();
    }

    @Test
    void theFirstLookKeepsTheNewestRevisionOnly() {
        TextRepository shop = materials.repository("first").commit("r1", "a").commit("r2", "b");

        materials.save("first", material(shop));

        MaterialId id = materials.materialOf("first", 0);
        eventually(() -> assertThat(materials.revisions(id)).containsExactly("r2"));
        assertThat(materials.heard).contains("arrived " + id.value());
    }

    @Test
    void laterLooksKeepEverythingSinceInItsOrder() {
        TextRepository shop = materials.repository("later").commit("r1", "a");
        MaterialId id = seen("later", shop);

        shop.commit("r2", "b").commit("r3", "c");
        materials.passInterval();

        eventually(() -> assertThat(materials.revisions(id)).containsExactly("r1", "r2", "r3"));
        assertThat(materials.one(
                        "SELECT files FROM modification WHERE revision = 'r3' AND material_id = " + id.value()))
                .isEqualTo("[{\"path\": \"c\", \"action\": \"MODIFIED\"}]");
    }

    @Test
    void aForcePushIsAnEventAndItsRevisionIsBuilt() {
        TextRepository shop = materials.repository("forced").commit("r1", "a");
        MaterialId id = seen("forced", shop);

        shop.rewrite("x1", "a");
        materials.passInterval();

        eventually(() -> assertThat(materials.revisions(id)).containsExactly("r1", "x1"));
        assertThat(materials.events(id)).containsExactly("HISTORY_REWRITTEN");
        assertThat(materials.one("SELECT message FROM material_event WHERE material_id = " + id.value()))
                .isEqualTo("The tip was r1 and is x1");
        assertThat(materials.list("SELECT kind FROM event WHERE subject = 'material/" + id.value() + "' ORDER BY id"))
                .containsExactly("material.changed", "material.history_rewritten", "material.changed");
    }

    @Test
    void aBranchThatIsGoneIsAnEventOnce() {
        TextRepository shop = materials.repository("gone").commit("r1", "a");
        MaterialId id = seen("gone", shop);

        shop.fail("BRANCH_NOT_FOUND", "There is no branch \"main\"");
        askTwice(id);

        assertThat(materials.events(id)).containsExactly("BRANCH_DELETED");
    }

    @Test
    void aFailureIsKeptWithItsReasonUntilTheNextSuccess() {
        TextRepository shop = materials.repository("failing").fail("AUTHENTICATION", "The password was refused");
        materials.save("failing", material(shop));
        MaterialId id = materials.materialOf("failing", 0);
        String error =
                "SELECT error_kind || ': ' || error_message || ' ' || failures FROM material WHERE id = " + id.value();
        eventually(() -> assertThat(materials.one("SELECT coalesce((" + error + "), '')"))
                .isEqualTo("AUTHENTICATION: The password was refused 1"));

        shop.recover().commit("r1", "a");
        materials.passInterval();

        eventually(() -> assertThat(materials.events(id)).containsExactly("FAILED", "RECOVERED"));
        assertThat(materials.one("SELECT failures FROM material WHERE id = " + id.value()))
                .isEqualTo("0");
    }

    @Test
    void failuresMakeTheWaitGrow() {
        TextRepository shop = materials.repository("slower").fail("UNREACHABLE", "No route");
        materials.save("slower", material(shop));
        MaterialId id = materials.materialOf("slower", 0);

        askTwice(id);

        String wait = materials.one("SELECT extract(epoch FROM next_check_at - last_checked_at)::int FROM material"
                + " WHERE id = " + id.value());
        assertThat(Integer.parseInt(wait)).isBetween(4 * 24, 8 * 36 + 1);
    }

    @Test
    void aPluginThatThrowsIsAFailureOfTheMaterial() {
        TextRepository shop = materials.repository("broken").crash();
        materials.save("broken", material(shop));
        MaterialId id = materials.materialOf("broken", 0);

        eventually(() -> assertThat(materials.list("SELECT error_kind FROM material WHERE id = " + id.value()
                        + " AND error_message LIKE '%The plugin is broken%'"))
                .containsExactly("PLUGIN_FAILED"));
    }

    @Test
    void theSecretIsOpenedForTheCall() {
        TextRepository shop = materials.repository("secret").commit("r1", "a").demand("open sesame");
        PipelineId pipeline = materials.save("secret", material(shop));

        materials.save("secret", material(shop, Map.of("password", materials.secret(pipeline, "open sesame"))));

        MaterialId id = materials.materialOf("secret", 0);
        eventually(() -> assertThat(materials.revisions(id)).containsExactly("r1"));
        assertThat(materials.one("SELECT options FROM material WHERE id = " + id.value()))
                .contains("secret_ref")
                .doesNotContain("sesame");
    }

    @Test
    void oneHostThatHangsDelaysNoOther() {
        List<TextRepository> dead = List.of(
                materials.repository("dead-1").hang(),
                materials.repository("dead-2").hang(),
                materials.repository("dead-3").hang());
        for (int i = 0; i < dead.size(); i++) {
            materials.save("dead-" + i, material(dead.get(i), Map.of("host", "dead.example")));
        }
        until(() -> dead.stream().mapToLong(TextRepository::questions).sum() == 2);

        TextRepository live = materials.repository("live").commit("r1", "a");
        materials.save("live", material(live, Map.of("host", "live.example")));

        eventually(() ->
                assertThat(materials.revisions(materials.materialOf("live", 0))).containsExactly("r1"));
        assertThat(dead.stream().mapToLong(TextRepository::questions).sum()).isEqualTo(2);
        dead.forEach(TextRepository::recover);
        until(() -> dead.stream().mapToLong(TextRepository::questions).sum() == 3);
    }

    @Test
    void askingIsAnsweredOnceAndWhatIsAskedMeanwhileIsAnsweredAfterwards() {
        TextRepository shop = materials.repository("asked").commit("r1", "a");
        MaterialId id = seen("asked", shop);
        long before = shop.questions();
        materials.heard.clear();
        shop.hang();
        ask(id);
        until(() -> shop.questions() == before + 1);

        ask(id);
        ask(id);
        shop.recover();

        until(() -> materials
                .list("SELECT 1 FROM material_check WHERE material_id = " + id.value())
                .isEmpty());
        assertThat(shop.questions()).isEqualTo(before + 2);
        assertThat(materials.heard.stream().filter(("checked " + id.value())::equals))
                .hasSize(2);
    }

    private MaterialId seen(String pipeline, TextRepository repository) {
        materials.save(pipeline, material(repository));
        MaterialId id = materials.materialOf(pipeline, 0);
        eventually(() -> assertThat(materials.revisions(id)).isNotEmpty());
        return id;
    }

    private void ask(MaterialId id) {
        materials.database.useTransaction(tx -> {
            CheckQueue.ask(tx, List.of(id), "test");
            materials.signals.raise(tx, Channel.MATERIAL);
        });
    }

    private void askTwice(MaterialId id) {
        for (int i = 0; i < 2; i++) {
            ask(id);
            until(() -> materials
                    .list("SELECT 1 FROM material_check WHERE material_id = " + id.value())
                    .isEmpty());
        }
    }
}

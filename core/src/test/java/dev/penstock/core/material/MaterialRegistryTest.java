package dev.penstock.core.material;

import static dev.penstock.core.material.MaterialFixture.material;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.MaterialDefinition.Filter;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MaterialRegistryTest {
    private MaterialFixture materials;

    @BeforeAll
    void open(Database database, LocalSignals signals, EventStore events, @TempDir Path folder) throws IOException {
        materials = new MaterialFixture(database, signals, events, folder);
    }

    @AfterAll
    void close() {
        materials.close();
    }

    @Test
    void pipelinesThatNameOneRepositoryShareOneMaterial() {
        TextRepository shop = materials.repository("shared");

        materials.save("shared-one", material(shop));
        materials.save("shared-two", material(shop, Map.of("branch", "main", "shallow", true)));

        assertThat(materials.materialOf("shared-two", 0)).isEqualTo(materials.materialOf("shared-one", 0));
    }

    @Test
    void anotherBranchIsAnotherMaterialAndTheOldOneIsNotPolledAnyMore() {
        TextRepository shop = materials.repository("branches");
        materials.save("branches", material(shop));
        var old = materials.materialOf("branches", 0);

        materials.save("branches", material(shop, Map.of("branch", "next")));

        assertThat(materials.materialOf("branches", 0)).isNotEqualTo(old);
        assertThat(autoUpdate(old.value())).isEqualTo("f");
    }

    @Test
    void aMaterialIsPolledWhenOneOfItsPipelinesWantsThat() {
        TextRepository shop = materials.repository("wishes");
        materials.save("wishes-no", material(shop, Map.of(), false));
        long id = materials.materialOf("wishes-no", 0).value();
        String alone = autoUpdate(id);

        PipelineId yes = materials.save("wishes-yes", material(shop));
        String together = autoUpdate(id);
        materials.delete(yes);

        assertThat(alone + together + autoUpdate(id)).isEqualTo("ftf");
    }

    @Test
    void aCorrectedOptionIsTriedAtOnce() {
        TextRepository shop = materials.repository("corrected");
        PipelineId pipeline = materials.save("corrected", material(shop));
        materials.execute("DELETE FROM material_check");

        materials.save("corrected", material(shop, Map.of("password", materials.secret(pipeline, "right"))));

        assertThat(materials.list("SELECT material_id FROM material_check"))
                .containsExactly(
                        Long.toString(materials.materialOf("corrected", 0).value()));
    }

    @Test
    void savingWithoutAChangeLeavesTheTimeOfTheNextLook() {
        TextRepository shop = materials.repository("same");
        materials.save("same", material(shop));
        materials.execute("DELETE FROM material_check");
        materials.execute("UPDATE material SET next_check_at = now() + interval '20 minutes'");

        materials.save("same", material(shop));

        assertThat(materials.list("SELECT material_id FROM material_check")).isEmpty();
        assertThat(materials.one("SELECT next_check_at > now() FROM material WHERE id = "
                        + materials.materialOf("same", 0).value()))
                .isEqualTo("t");
    }

    @Test
    void whenThePipelineWhoseSecretsWereUsedGoesAnotherOnesAreTaken() {
        TextRepository shop = materials.repository("handed-over");
        PipelineId first = materials.save("heir", material(shop, Map.of("host", "one")));
        PipelineId second = materials.save("testator", material(shop, Map.of("host", "two")));
        String owner = "SELECT options_of || ' ' || (options ->> 'host') FROM material WHERE id = "
                + materials.materialOf("heir", 0).value();
        String before = materials.one(owner);

        materials.delete(second);

        assertThat(before).isEqualTo(second.value() + " two");
        assertThat(materials.one(owner)).isEqualTo(first.value() + " one");
    }

    @Test
    void anUpstreamPipelineIsAMaterialThatIsNeverPolled() {
        var upstream = new MaterialDefinition(
                null, "pipeline", Map.of("pipeline", "Build", "stage", "Test"), "", true, Filter.NONE);

        materials.save("downstream", upstream);

        long id = materials.materialOf("downstream", 0).value();
        assertThat(autoUpdate(id)).isEqualTo("f");
        assertThat(materials.one("SELECT display_name FROM material WHERE id = " + id))
                .isEqualTo("Build/Test");
    }

    @Test
    void oneRepositoryInTwoFoldersIsOneMaterialInTwoPlaces() {
        TextRepository shop = materials.repository("twice");
        MaterialDefinition one = material(shop);
        var other = new MaterialDefinition("again", one.type(), one.options(), "again", true, Filter.NONE);

        materials.save("twice", one, other);

        assertThat(materials.materialOf("twice", 1)).isEqualTo(materials.materialOf("twice", 0));
    }

    private String autoUpdate(long material) {
        return materials.one("SELECT auto_update FROM material WHERE id = " + material);
    }
}

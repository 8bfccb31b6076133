package dev.penstock.core.material;

import static dev.penstock.core.material.MaterialFixture.material;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class ClonesTest {

    @Test
    void theCloneOfAMaterialThatNobodyUsesIsDeleted(
            Database database, LocalSignals signals, EventStore events, @TempDir Path folder) throws IOException {
        try (var materials = new MaterialFixture(database, signals, events, folder)) {
            PipelineId old = materials.save("old", material(materials.repository("old")));
            MaterialId unused = materials.materialOf("old", 0);
            materials.save("new", material(materials.repository("new")));
            MaterialId used = materials.materialOf("new", 0);
            var clones = new Clones(database, folder.resolve("clones"));
            Files.writeString(clones.of(unused).resolve("pack"), "bytes");
            Files.writeString(clones.of(used).resolve("pack"), "bytes");
            Files.createDirectories(folder.resolve("clones/not-a-number"));
            materials.delete(old);

            clones.purgeUnused();

            assertThat(folder.resolve("clones")).isDirectoryNotContaining("glob:**/" + unused.value());
            assertThat(clones.of(used).resolve("pack")).exists();
            assertThat(folder.resolve("clones/not-a-number")).exists();
        }
    }
}

package dev.penstock.core.material;

import static dev.penstock.core.material.MaterialFixture.material;
import static dev.penstock.core.testing.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithDatabase
class MaterialWorkerStopTest {

    @Test
    void aServerThatStopsGivesBackWhatItWasLookingAt(
            Database database, LocalSignals signals, EventStore events, @TempDir Path folder) throws IOException {
        var materials = new MaterialFixture(database, signals, events, folder);
        TextRepository shop = materials.repository("given-back").hang();
        materials.start();
        materials.save("given-back", material(shop));
        until(() -> shop.questions() == 1);

        materials.close();

        assertThat(materials.list("SELECT id FROM material WHERE claimed_until IS NOT NULL"))
                .isEmpty();
    }
}

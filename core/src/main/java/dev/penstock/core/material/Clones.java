package dev.penstock.core.material;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.worker.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folders in which material types keep what they have fetched: a cache, one for each material. Thread-safe. */
final class Clones {
    private static final Logger log = LoggerFactory.getLogger(Clones.class);
    private static final Duration PURGE = Duration.ofHours(1);

    private final Database database;
    private final Path folder;

    /** @param folder made when it is not there */
    Clones(Database database, Path folder) {
        this.database = database;
        this.folder = folder;
    }

    /** The folder of a material; it exists. */
    Path of(MaterialId material) throws IOException {
        return Files.createDirectories(folder.resolve(Long.toString(material.value())));
    }

    Worker purge() {
        return new Worker("material-clones", PURGE, () -> {
            purgeUnused();
            return false;
        });
    }

    /** Deletes the folders of materials that no pipeline uses any more. */
    void purgeUnused() throws IOException {
        Set<MaterialId> there = there();
        if (there.isEmpty()) {
            return;
        }
        for (MaterialId unused : database.read(handle -> MaterialStore.unused(handle, there))) {
            log.atInfo()
                    .addKeyValue("material", unused.value())
                    .log("Deletes the clone of a material that is not used");
            delete(folder.resolve(Long.toString(unused.value())));
        }
    }

    private Set<MaterialId> there() throws IOException {
        Set<MaterialId> there = new HashSet<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                all.map(path -> path.getFileName().toString())
                        .filter(name -> name.matches("[1-9][0-9]{0,17}"))
                        .forEach(name -> there.add(new MaterialId(Long.parseLong(name))));
            }
        }
        return there;
    }

    /** Deletes a folder with all that is in it. */
    static void delete(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> found = Files.walk(folder)) {
            found.sorted(Comparator.reverseOrder()).forEach(all::add);
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}

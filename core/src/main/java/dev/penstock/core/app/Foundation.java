package dev.penstock.core.app;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * What every feature stands on.
 *
 * @param data the folder of everything that must be kept; it exists
 */
public record Foundation(
        Settings settings, Database database, Signals signals, EventStore events, InstantSource clock, Path data) {

    /** A folder of a feature's own below {@link #data}, made when it is not there. */
    public Path folder(String name) throws IOException {
        return Files.createDirectories(data.resolve(name));
    }
}

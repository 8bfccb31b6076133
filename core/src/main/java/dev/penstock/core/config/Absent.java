package dev.penstock.core.config;

import dev.penstock.core.config.DefinitionStore.Head;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import org.jdbi.v3.core.Handle;

/** What is told about pipelines and versions that are not there. */
final class Absent {
    private Absent() {}

    static PenstockException never(String name) {
        return new PenstockException(ErrorCode.NOT_FOUND, "There is no pipeline \"" + name + "\"");
    }

    static PenstockException deleted(Handle handle, Head head) {
        VersionStore.Version last =
                VersionStore.find(handle, head.id(), head.version()).orElseThrow();
        return new PenstockException(
                ErrorCode.GONE,
                "Pipeline \"" + head.name() + "\" was deleted by \"" + last.savedBy() + "\" at " + last.savedAt()
                        + "; its versions are still there and can be restored");
    }

    static PenstockException version(String name, int version, int newest) {
        return new PenstockException(
                ErrorCode.NOT_FOUND,
                "Pipeline \"" + name + "\" has no version " + version + "; they go from 1 to " + newest);
    }
}

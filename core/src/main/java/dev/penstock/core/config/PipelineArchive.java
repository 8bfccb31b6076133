package dev.penstock.core.config;

import dev.penstock.core.config.DefinitionStore.Head;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.write.DefinitionDiff;
import dev.penstock.core.platform.db.Database;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What is known about pipelines' definitions: lists, versions, differences. Thread-safe. */
public final class PipelineArchive {
    private final Database database;
    private final Definitions definitions;

    PipelineArchive(Database database, Definitions definitions) {
        this.database = database;
        this.definitions = definitions;
    }

    /** A version with its definition, and what it changed. */
    record Version(
            String pipeline,
            VersionStore.Version facts,
            PipelineDefinition written,
            PipelineDefinition resolved,
            List<DefinitionDiff.Change> changes) {
        Version {
            changes = List.copyOf(changes);
        }
    }

    /** A page of a pipeline's versions, and the pipeline's name as it is written. */
    record Versions(String pipeline, List<VersionStore.Version> items) {
        Versions {
            items = List.copyOf(items);
        }
    }

    /** Pipelines after a name, in the order of names. */
    List<PipelineQuery.Listed> list(@Nullable String group, @Nullable String part, String after, int limit) {
        return database.read(handle -> PipelineQuery.pipelines(handle, group, part, after, limit));
    }

    /** Groups after a name, in the order of names. */
    List<PipelineQuery.Group> groups(String after, int limit) {
        return database.read(handle -> PipelineQuery.groups(handle, after, limit));
    }

    /** The newest version of a pipeline that is not deleted. */
    Version newest(String name) {
        return database.read(handle -> {
            Head head = head(handle, name);
            if (head.deleted()) {
                throw Absent.deleted(handle, head);
            }
            return version(handle, head, head.version());
        });
    }

    /** Any version, also of a deleted pipeline. */
    Version version(String name, int version) {
        return database.read(handle -> version(handle, head(handle, name), version));
    }

    /** Versions before one, the newest first. */
    Versions versions(String name, int before, int limit) {
        return database.read(handle -> {
            Head head = head(handle, name);
            return new Versions(head.name(), VersionStore.older(handle, head.id(), before, limit));
        });
    }

    /** What differs between two versions. */
    List<DefinitionDiff.Change> difference(String name, int from, int to) {
        return database.read(handle -> {
            Head head = head(handle, name);
            return DefinitionDiff.between(written(handle, head, from), written(handle, head, to));
        });
    }

    private Version version(Handle handle, Head head, int version) {
        VersionStore.Version facts = VersionStore.find(handle, head.id(), version)
                .orElseThrow(() -> Absent.version(head.name(), version, head.version()));
        PipelineDefinition written = written(handle, head, version);
        List<DefinitionDiff.Change> changes = version == 1
                ? DefinitionDiff.added(written)
                : DefinitionDiff.between(written(handle, head, version - 1), written);
        return new Version(head.name(), facts, written, definitions.byId(handle, facts.resolved()), changes);
    }

    private static PipelineDefinition written(Handle handle, Head head, int version) {
        return VersionStore.written(handle, head.id(), version)
                .orElseThrow(() -> Absent.version(head.name(), version, head.version()));
    }

    private static Head head(Handle handle, String name) {
        return DefinitionStore.head(handle, name).orElseThrow(() -> Absent.never(name));
    }
}

package dev.penstock.core.insight;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.write.DefinitionDiff;
import dev.penstock.core.config.write.JsonForm;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What differs between two runs, and the definition that a run began with. Thread-safe. */
final class Comparisons {
    /** Of one material; who wants more compares runs that are closer. */
    private static final int MOST_CHANGES = 200;

    private final Database database;
    private final Definitions definitions;

    Comparisons(Database database, Definitions definitions) {
        this.database = database;
        this.definitions = definitions;
    }

    /** The definition that a run began with, resolved. */
    record RunDefinition(String pipeline, long run, int version, Map<String, Object> definition) {}

    RunDefinition definition(String pipeline, long counter) {
        return database.read(handle -> {
            Run run = RunViews.require(handle, pipeline, counter);
            return new RunDefinition(
                    run.pipeline(),
                    run.counter(),
                    run.definitionVersion(),
                    JsonForm.of(definitions.byId(handle, run.definition())));
        });
    }

    /**
     * Compares two runs, whichever was named first.
     *
     * @param one a counter
     * @param other a counter; the same means the run before it
     */
    Comparison compare(String pipeline, long one, long other) {
        long to = Math.max(one, other);
        long from = one == other ? to - 1 : Math.min(one, other);
        if (from < 1) {
            throw new PenstockException(
                    ErrorCode.NOT_FOUND, "Run \"" + pipeline + "/1\" is the first; there is none before it");
        }
        return database.read(handle -> {
            Run older = RunViews.require(handle, pipeline, from);
            Run newer = RunViews.require(handle, pipeline, to);
            PipelineDefinition then = definitions.byId(handle, older.definition());
            PipelineDefinition now = definitions.byId(handle, newer.definition());
            return new Comparison(
                    newer.pipeline(),
                    Comparison.Side.of(older),
                    Comparison.Side.of(newer),
                    materials(handle, older, then, newer, now),
                    older.definition().equals(newer.definition()) ? List.of() : DefinitionDiff.between(then, now));
        });
    }

    private static List<Comparison.Material> materials(
            Handle handle, Run older, PipelineDefinition then, Run newer, PipelineDefinition now) {
        Map<Long, ChangeQuery.Material> before = byId(handle, older);
        Map<Long, ChangeQuery.Material> after = byId(handle, newer);
        List<Comparison.Material> materials = new ArrayList<>();
        after.forEach((id, material) -> materials.add(between(handle, name(now, material), before.get(id), material)));
        before.forEach((id, material) -> {
            if (!after.containsKey(id)) {
                materials.add(new Comparison.Material(
                        name(then, material),
                        material.type(),
                        material.displayName(),
                        material.revision(),
                        null,
                        false,
                        List.of(),
                        false));
            }
        });
        return materials;
    }

    private static Comparison.Material between(
            Handle handle, @Nullable String name, ChangeQuery.@Nullable Material from, ChangeQuery.Material to) {
        List<Change> changes = List.of();
        boolean backward = false;
        if (from != null && from.modification() != to.modification()) {
            backward = from.modification() > to.modification();
            long low = Math.min(from.modification(), to.modification());
            long high = Math.max(from.modification(), to.modification());
            changes = ChangeQuery.between(handle, to.material(), low + 1, high, MOST_CHANGES + 1);
        }
        return new Comparison.Material(
                name,
                to.type(),
                to.displayName(),
                from == null ? null : from.revision(),
                to.revision(),
                backward,
                changes.subList(0, Math.min(changes.size(), MOST_CHANGES)),
                changes.size() > MOST_CHANGES);
    }

    private static @Nullable String name(PipelineDefinition definition, ChangeQuery.Material material) {
        return definition.materials().get(material.position()).name();
    }

    /** The same material may stand twice in a pipeline, at the same revision. */
    private static Map<Long, ChangeQuery.Material> byId(Handle handle, Run run) {
        Map<Long, ChangeQuery.Material> materials = new LinkedHashMap<>();
        ChangeQuery.materials(handle, run.id())
                .forEach(material -> materials.putIfAbsent(material.material(), material));
        return materials;
    }
}

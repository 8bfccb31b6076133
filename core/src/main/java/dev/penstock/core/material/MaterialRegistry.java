package dev.penstock.core.material;

import dev.penstock.core.config.CurrentDefinition;
import dev.penstock.core.config.DefinitionListener;
import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.TypeCatalog;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.MaterialId;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Keeps materials in step with the definitions that name them. Thread-safe. */
public final class MaterialRegistry implements DefinitionListener {
    private final TypeCatalog types;
    private final Definitions definitions;
    private final Signals signals;

    MaterialRegistry(TypeCatalog types, Definitions definitions, Signals signals) {
        this.types = types;
        this.definitions = definitions;
        this.signals = signals;
    }

    private record Named(int position, MaterialDefinition material, MaterialIdentity identity) {}

    @Override
    public void saved(Handle tx, CurrentDefinition definition) {
        PipelineId pipeline = definition.id();
        List<Named> named = named(definition);
        MaterialStore.lock(tx);
        Map<String, MaterialId> ids = new HashMap<>();
        Set<MaterialId> due = new HashSet<>();
        named.forEach(each -> ids.computeIfAbsent(each.identity().fingerprint(), _ -> {
            var registered = MaterialStore.register(tx, each.identity(), each.material(), pipeline);
            if (registered.due()) {
                due.add(registered.id());
            }
            return registered.id();
        }));
        Set<MaterialId> concerned = new HashSet<>(MaterialStore.used(tx, pipeline));
        MaterialStore.forgetUses(tx, pipeline);
        for (Named each : named) {
            MaterialId id = ids.get(each.identity().fingerprint());
            if (id != null) {
                MaterialStore.use(
                        tx, pipeline, each.position(), id, each.material().autoUpdate());
            }
        }
        Set<MaterialId> left = new HashSet<>(concerned);
        left.removeAll(ids.values());
        due.addAll(handOver(tx, left, pipeline));
        concerned.addAll(ids.values());
        MaterialStore.settlePolling(tx, concerned);
        lookAt(tx, due);
    }

    @Override
    public void deleted(Handle tx, PipelineId id) {
        MaterialStore.lock(tx);
        List<MaterialId> left = MaterialStore.used(tx, id);
        MaterialStore.forgetUses(tx, id);
        Set<MaterialId> due = handOver(tx, left, id);
        MaterialStore.settlePolling(tx, left);
        lookAt(tx, due);
    }

    /** By a marker, because a look with the options of before may be under way. */
    private void lookAt(Handle tx, Set<MaterialId> due) {
        if (!due.isEmpty()) {
            CheckQueue.askPolled(tx, due, "definition");
            signals.raise(tx, Channel.MATERIAL);
        }
    }

    /** Materials that the pipeline has left are read with the options and secrets of another that still uses them. */
    private Set<MaterialId> handOver(Handle tx, Iterable<MaterialId> left, PipelineId pipeline) {
        Set<MaterialId> handed = new HashSet<>();
        for (MaterialId material : left) {
            MaterialStore.otherUse(tx, material, pipeline)
                    .ifPresent(use -> definitions
                            .current(tx, use.pipeline())
                            .map(other -> other.definition().materials())
                            .filter(materials -> use.position() < materials.size())
                            .ifPresent(materials -> {
                                MaterialStore.takeOptions(tx, material, materials.get(use.position()), use.pipeline());
                                handed.add(material);
                            }));
        }
        return handed;
    }

    private List<Named> named(CurrentDefinition definition) {
        List<MaterialDefinition> materials = definition.definition().materials();
        List<Named> named = new ArrayList<>();
        for (int i = 0; i < materials.size(); i++) {
            MaterialDefinition material = materials.get(i);
            var described = types.material(material.type())
                    .orElseThrow(() -> new PenstockException(
                            ErrorCode.INVALID, "There is no material type \"" + material.type() + "\""));
            named.add(new Named(i, material, MaterialIdentity.of(material, described.options())));
        }
        return named;
    }
}

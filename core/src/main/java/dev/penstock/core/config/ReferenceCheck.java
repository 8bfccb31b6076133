package dev.penstock.core.config;

import dev.penstock.core.config.model.Names;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.ReferenceRules;
import dev.penstock.core.config.model.Rewriting;
import dev.penstock.core.platform.error.Violation;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Whether definitions are right beside what is stored: other pipelines, and secrets. Thread-safe. */
final class ReferenceCheck {
    /** A person repairs no more at once. */
    private static final int MAX_BROKEN = 50;

    private final Definitions definitions;
    private final SecretStore secrets;

    ReferenceCheck(Definitions definitions, SecretStore secrets) {
        this.definitions = definitions;
        this.secrets = secrets;
    }

    /**
     * The mistakes in what definitions say about other pipelines, and in what others then say about them.
     *
     * @param resolved one, or several that come together
     * @return the mistakes of each, in the order of the definitions
     */
    List<List<Violation>> pipelines(Handle handle, List<PipelineDefinition> resolved) {
        Map<String, PipelineDefinition> fresh = new HashMap<>();
        resolved.forEach(each -> fresh.put(Names.key(each.name()), each));
        Map<String, Optional<PipelineDefinition>> known = new HashMap<>();
        fresh.forEach((key, definition) -> known.put(key, Optional.of(definition)));
        Function<String, Optional<PipelineDefinition>> lookup = key -> known.computeIfAbsent(
                key, name -> definitions.current(handle, name).map(CurrentDefinition::definition));
        List<List<Violation>> all = new ArrayList<>();
        for (PipelineDefinition each : resolved) {
            List<Violation> found = new ArrayList<>(ReferenceRules.check(each, lookup));
            if (found.isEmpty()) {
                broken(handle, each, fresh.keySet(), lookup, found);
            }
            all.add(found);
        }
        return all;
    }

    private static void broken(
            Handle handle,
            PipelineDefinition changed,
            Set<String> fresh,
            Function<String, Optional<PipelineDefinition>> lookup,
            List<Violation> found) {
        for (String key : ReferenceStore.downstream(handle, changed.name())) {
            if (fresh.contains(key)) {
                continue; // checked as it will be
            }
            PipelineDefinition below = lookup.apply(key).orElse(null);
            if (below == null) {
                continue;
            }
            for (Violation broken : ReferenceRules.checkUnchanged(below, lookup)) {
                if (found.size() < MAX_BROKEN) {
                    found.add(Violation.at(
                            "/stages",
                            "breaks_downstream",
                            "Pipeline \"" + below.name() + "\" needs what is no longer there: " + broken.message()
                                    + " (" + broken.pointer() + " of \"" + below.name() + "\"); change it first"));
                }
            }
        }
    }

    /**
     * The references to secrets that are not the pipeline's own.
     *
     * @param pipeline null when it does not exist yet, and so has none
     */
    List<Violation> secrets(Handle handle, PipelineDefinition written, @Nullable PipelineId pipeline) {
        Map<String, SecretRef> places = Rewriting.placesOfSecrets(written);
        Set<SecretRef> stored =
                places.values().stream().filter(SecretRef::isStored).collect(Collectors.toSet());
        Set<SecretRef> foreign =
                pipeline == null ? stored : secrets.foreign(handle, stored, SecretStore.scope(pipeline));
        List<Violation> found = new ArrayList<>();
        places.forEach((pointer, ref) -> {
            if (foreign.contains(ref)) {
                found.add(Violation.at(
                        pointer,
                        "unknown_secret",
                        "Pipeline \"" + written.name() + "\" has no secret " + ref.secretRef()
                                + "; give the value itself as \"secure_value\""));
            }
        });
        return found;
    }
}

package dev.penstock.core.dispatch;

import dev.penstock.core.config.model.JobDefinition;
import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.TaskDefinition;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.plugin.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The secrets of one attempt: those that its definition refers to, in the scope of its pipeline and of no other. */
final class RevealedSecrets {
    private final SecretStore store;
    private final PipelineId pipeline;
    private final Map<SecretRef, String> places = new LinkedHashMap<>();
    private final Set<SecretRef> inOptions = new LinkedHashSet<>();
    private Map<SecretRef, Secret> values = Map.of();
    private @Nullable String problem;

    RevealedSecrets(SecretStore store, PipelineId pipeline) {
        this.store = store;
        this.pipeline = pipeline;
    }

    /** Decrypts what the job refers to; a failure shows when a value is asked for. Always true. */
    boolean load(
            Handle handle,
            PipelineDefinition definition,
            StageDefinition stage,
            JobDefinition job,
            List<Variable> overrides) {
        List.of(definition.variables(), stage.variables(), job.variables(), overrides)
                .forEach(variables -> variables.forEach(variable -> {
                    if (variable.secret() != null) {
                        places.putIfAbsent(variable.secret(), "variable \"" + variable.name() + "\"");
                    }
                }));
        for (MaterialDefinition material : definition.materials()) {
            collect(material.options(), "a material of type \"" + material.type() + "\"");
        }
        for (TaskDefinition task : job.tasks()) {
            collect(task.options(), "a task of type \"" + task.type() + "\"");
            TaskDefinition onCancel = task.onCancel();
            if (onCancel != null) {
                collect(onCancel.options(), "a task of type \"" + onCancel.type() + "\"");
            }
        }
        if (places.isEmpty()) {
            return true;
        }
        String scope = SecretStore.scope(pipeline);
        try {
            values = store.reveal(handle, places.keySet(), scope);
        } catch (IllegalStateException e) {
            problem = store.foreign(handle, places.keySet(), scope).stream()
                    .map(places::get)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .map(place -> "A secret of " + place + " is not stored any more: give its value again")
                    .orElse("A secret of the job cannot be decrypted: is the server's master key the one that it was"
                            + " stored with?");
        }
        return true;
    }

    private void collect(Map<String, Object> options, String place) {
        options.forEach((name, value) -> {
            if (value instanceof SecretRef ref) {
                places.putIfAbsent(ref, "option \"" + name + "\" of " + place);
                inOptions.add(ref);
            }
        });
    }

    /** The variable's value, in clear. */
    String value(Variable variable) throws UnassignableException {
        String plain = variable.value();
        return plain != null
                ? plain
                : reveal(Objects.requireNonNull(variable.secret())).reveal();
    }

    /** Options as an agent gets them: secrets in clear. */
    Map<String, Object> plain(Map<String, Object> options) throws UnassignableException {
        Map<String, Object> plain = new LinkedHashMap<>();
        for (Map.Entry<String, Object> option : options.entrySet()) {
            plain.put(
                    option.getKey(),
                    option.getValue() instanceof SecretRef ref ? reveal(ref).reveal() : option.getValue());
        }
        return plain;
    }

    /** Options as a plugin of this server gets them. */
    Map<String, Object> wrapped(Map<String, Object> options) throws UnassignableException {
        Map<String, Object> wrapped = new LinkedHashMap<>();
        for (Map.Entry<String, Object> option : options.entrySet()) {
            wrapped.put(option.getKey(), option.getValue() instanceof SecretRef ref ? reveal(ref) : option.getValue());
        }
        return wrapped;
    }

    /** The values of secret options, to be masked; those of variables are marked themselves. */
    List<String> ofOptions() {
        List<String> masked = new ArrayList<>();
        for (SecretRef ref : inOptions) {
            Secret secret = values.get(ref);
            if (secret != null && !secret.reveal().isEmpty()) {
                masked.add(secret.reveal());
            }
        }
        return masked;
    }

    /** All values, whatever they are for. */
    List<String> all() {
        return values.values().stream().map(Secret::reveal).toList();
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    List<Long> ids() {
        return values.keySet().stream().map(SecretRef::secretRef).sorted().toList();
    }

    private Secret reveal(SecretRef ref) throws UnassignableException {
        if (problem != null) {
            throw new UnassignableException(problem);
        }
        Secret secret = values.get(ref);
        if (secret == null) {
            throw new IllegalStateException("A secret was not collected");
        }
        return secret;
    }
}

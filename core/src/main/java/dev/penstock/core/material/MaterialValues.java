package dev.penstock.core.material;

import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.secret.SecretRef;
import dev.penstock.core.secret.SecretStore;
import dev.penstock.plugin.Secret;
import dev.penstock.pluginhost.DescribedValues;
import dev.penstock.pluginhost.MaterialHandle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options as a plugin gets them: secrets are opened for the call and not kept. Thread-safe. */
final class MaterialValues {
    private final Database database;
    private final SecretStore secrets;

    MaterialValues(Database database, SecretStore secrets) {
        this.database = database;
        this.secrets = secrets;
    }

    /** @param pipeline whose secrets the references are; without one there can be none */
    DescribedValues.Reading read(MaterialHandle type, Map<String, ?> options, @Nullable PipelineId pipeline) {
        List<SecretRef> refs = options.values().stream()
                .filter(SecretRef.class::isInstance)
                .map(SecretRef.class::cast)
                .toList();
        Map<SecretRef, Secret> revealed = refs.isEmpty() || pipeline == null
                ? Map.of()
                : database.read(handle -> secrets.reveal(handle, refs, SecretStore.scope(pipeline)));
        Map<String, Object> values = new LinkedHashMap<>();
        options.forEach((name, value) -> {
            if (value instanceof SecretRef ref) {
                Secret secret = revealed.get(ref);
                if (secret != null) {
                    values.put(name, secret);
                }
            } else {
                values.put(name, value);
            }
        });
        return type.read(values);
    }
}
